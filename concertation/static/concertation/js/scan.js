/* The guard's rules in the browser: what ethics/guard does on the server, with the same table.
   A test has both look at the same sentences. Offsets are JavaScript's (UTF-16 units). */

const AROUND = 40;
const DROPPED = /^[\p{Cc}\p{Cf}\p{M}]$/u;
const DIGIT_OF = { O: "0", o: "0", I: "1", l: "1" };
const ASCII = /^[\x20-\x7e]*$/;

/* --- The table ------------------------------------------------------------------------------- */

const joined = (written) => [].concat(written).join("");
const listed = (written) => [].concat(written).join(" ").split(/\s+/).filter(Boolean).map((each) => each.replaceAll("_", " "));

function expander(source) {
  const named = (_, name) => {
    if (name in source.parts) return `(?:${joined(source.parts[name])})`;
    /* The longest first: an alternation takes the first that fits. */
    const words = listed(source.words[name]).sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    return `(?:${words.join("|")})`;
  };
  return (written) => {
    let text = joined(written);
    while (/<[a-z_]+>/.test(text)) text = text.replace(/(?<!\(\?)<([a-z_]+)>/g, named);
    return text;
  };
}

function foldsOf(source) {
  const folds = new Map(Object.entries(source.fold_to_space_or_line));
  for (const each of source.fold.split(" ").filter(Boolean)) {
    const [first, ...rest] = each;
    folds.set(first, rest.join(""));
  }
  for (const zero of source.zeros) {
    for (let digit = 0; digit < 10; digit += 1) folds.set(String.fromCodePoint(zero.codePointAt(0) + digit), String(digit));
  }
  return folds;
}

/* --- Text as the rules see it ----------------------------------------------------------------- */

function folder(source) {
  const folds = foldsOf(source);
  const letter = new RegExp(source.letter_for_digit, "gu");
  const known = new Map();
  const plain = (character) => {
    if (DROPPED.test(character)) return "";
    if (/^\p{Zs}$/u.test(character)) return " ";
    return /^\p{Pd}$/u.test(character) ? "-" : character;
  };
  const folded = (character) => {
    if (folds.has(character)) return folds.get(character);
    if (ASCII.test(character)) return character;
    return [...character.normalize("NFKD")].map((each) => folds.get(each) ?? plain(each)).join("");
  };
  /* The folded text; where each of its units begins in the original, and where it ends. */
  return (text) => {
    const pieces = [], starts = [], ends = [];
    let at = 0;
    for (const character of text) {
      let piece = known.get(character);
      if (piece === undefined) known.set(character, piece = folded(character));
      pieces.push(piece);
      for (let unit = 0; unit < piece.length; unit += 1) {
        starts.push(at);
        ends.push(at + character.length);
      }
      at += character.length;
    }
    return { text: pieces.join("").replace(letter, (found) => DIGIT_OF[found]), starts, ends };
  };
}

/* --- What confirms a candidate ------------------------------------------------------------------ */

const digitsIn = (text) => text.replace(/\D/g, "");
const span = (found, group = 0) => found.indices[group];
const isUpper = (word) => /[A-Z]/.test(word) && word === word.toUpperCase();
const capital = (word) => /^[A-Z]/.test(word);

function mod97(digits) {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest;
}

function isDay(year, month, day) {
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function luhn(digits) {
  let sum = 0;
  [...digits].reverse().forEach((digit, place) => {
    const double = place % 2 ? Number(digit) * 2 : Number(digit);
    sum += double > 9 ? double - 9 : double;
  });
  return sum % 10 === 0;
}

/* Lengths of national numbers (ITU-T E.164): those seen here by name, the others within bounds. */
const TWO_DIGITS = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;
const LENGTHS = { 1: [10, 10], 7: [10, 10], 31: [5, 11], 32: [8, 9], 33: [9, 9], 34: [9, 9], 212: [9, 9], 213: [8, 9], 216: [8, 8], 351: [9, 9] };

function isInternational(digits) {
  const length = /^[17]/.test(digits) ? 1 : TWO_DIGITS.test(digits) ? 2 : 3;
  const [least, most] = LENGTHS[digits.slice(0, length)] ?? [5, 13];
  const rest = digits.slice(length).replace(/^0/, "").length;
  return rest >= least && rest <= most;
}

function checksOf(source, expression) {
  const lower = (name) => new Set(listed(source.words[name]));
  const dateInside = expression("^\\d{1,2}[/.-]\\d{1,2}[/.-](?:19|20)\\d\\d(?!\\d)");
  const sentence = expression("[.;!?\\n]"), near = 40;
  const duration = expression("<duration>$", "i"), nationality = expression("(?<!\\w)<nationality>(?!\\w)", "i");
  const personal = expression("<personal_path>", "i"), names = new Set([...lower("given"), ...lower("family")]);
  const publicWords = new Set([...lower("ordinary"), ...lower("name_particle")]);
  const following = (text, mark) => (text.includes(mark) ? text.slice(text.indexOf(mark) + mark.length) : "");
  const lengths = new Map(source.iban_lengths.split(" ").map((each) => [each.slice(0, 2), Number(each.slice(2))]));
  const asFound = (found) => (found.length > 1 ? found.indices[1] ?? null : span(found));
  return {
    "": asFound,
    niss(found) {
      const digits = digitsIn(found[0]);
      if (digits.length !== 11) return null;
      const right = ["", "2"].some((century) => {
        if (97 - mod97(century + digits.slice(0, 9)) !== Number(digits.slice(9))) return false;
        const year = Number((century ? "20" : "19") + digits.slice(0, 2));
        const month = Number(digits.slice(2, 4)) % 20, day = Number(digits.slice(4, 6));
        if (Number(digits.slice(2, 4)) > 52) return false;
        return month === 0 || day === 0 ? month <= 12 && day <= 31 : isDay(year, month, day);
      });
      return right ? span(found) : null;
    },
    iban(found) {
      const places = [...found[0]].flatMap((letter, place) => (/[A-Za-z0-9]/.test(letter) ? [place] : []));
      const written = places.map((place) => found[0][place]).join("").toUpperCase();
      const length = lengths.get(written.slice(0, 2));
      if (!length || places.length < length) return null;
      const number = written.slice(0, length);
      const moved = number.slice(4) + number.slice(0, 4);
      if (mod97(moved.replace(/[A-Z]/g, (letter) => letter.charCodeAt(0) - 55)) !== 1) return null;
      return [found.index, found.index + places[length - 1] + 1];
    },
    old_account(found) {
      const digits = digitsIn(found[0]);
      return (mod97(digits.slice(0, 10)) || 97) === Number(digits.slice(10)) ? span(found) : null;
    },
    card: (found) => (luhn(digitsIn(found[0])) ? span(found) : null),
    phone_international(found) {
      const digits = digitsIn(found[0].replaceAll("(0)", ""));
      return isInternational(found[0].startsWith("+") ? digits : digits.replace(/^00/, "")) ? span(found) : null;
    },
    phone_national(found) {
      if (dateInside.test(found[0])) return null;
      const length = digitsIn(found[0]).replace(/^0/, "").length;
      return length >= 5 && length <= 11 ? span(found) : null;
    },
    date(found) {
      const place = asFound(found);
      const numbers = (found.input.slice(...place).match(/\d+/g) ?? []).map(Number);
      if (numbers.length !== 3) return place;
      const [first, second, third] = numbers[0] > 31 ? [numbers[2], numbers[1], numbers[0]] : numbers;
      const [month, day] = first < second ? [first, second] : [second, first];
      if (month < 1 || month > 12 || day > 31) return null;
      return third < 100 || (third >= 1900 && third <= 2099) ? place : null;
    },
    profile(found) {
      const words = found[1].toLowerCase().match(/[a-z]+/g) ?? [];
      return words.length && words.every((word) => publicWords.has(word)) ? null : span(found);
    },
    url_person(found) {
      const path = following(following(found[0], "://") || found[0], "/");
      const named = (part) => {
        const words = part.toLowerCase().match(/[a-z]+/g) ?? [];
        return words.length > 1 && words.slice(0, 2).some((word) => names.has(word));
      };
      return personal.test(path) || path.split("/").some(named) ? span(found) : null;
    },
    age_and_nationality(found) {
      const text = found.input, [start, end] = span(found);
      const before = text.slice(Math.max(0, start - near), start).split(sentence).at(-1);
      if (duration.test(before)) return null;
      const ahead = nationality.exec(text.slice(end, end + near).split(sentence)[0]);
      if (ahead) return [start, end + ahead.index + ahead[0].length];
      const behind = nationality.exec(before);
      return behind ? [start - before.length + behind.index, end] : null;
    },
    ...streetsOf(source, expression, lower),
    ...namesOf(expression, lower),
  };
}

function streetsOf(source, expression, lower) {
  const WORD = /[\w'-]+\.?/g;
  const nextCapital = expression("(?: (?:<street_particle> ){0,2}[A-Z][\\w'-]{1,30}){1,4}", "y");
  const safe = expression("^<safe_way>$", "i"), month = expression("(?:<months>)\\.? ?$", "i");
  const particles = lower("street_particle"), never = lower("no_street"), noDutch = lower("no_dutch_street");
  const safeSuffix = expression("<safe_suffix>$", "i");
  const wordsIn = (text) => text.match(WORD) ?? [];
  const counted = expression(" ([a-z]{2,18}(?:[sx]|en)|de plus)(?!\\w)", "y");
  const counts = (text, end) => {
    counted.lastIndex = end;
    const word = counted.exec(text.slice(0, end + 20))?.[1];
    return word !== undefined && !never.has(word);
  };
  const isName = (kind, written) => {
    const all = written.map((word) => word.replace(/^[dl]'/i, ""));
    const named = all.filter((word) => !particles.has(word.toLowerCase()));
    if (!named.length || named.at(-1) !== all.at(-1)) return false;
    const small = named.filter((word) => /^[a-z]/.test(word));
    if (small.some((word) => never.has(word.replace(/\.+$/, "")))) return false;
    return !small.length || (small.length === named.length && named.length <= 3 && safe.test(kind));
  };
  return {
    street_and_number(found) {
      const [, kind, name, number] = found;
      if (/^(?:19|20)..$/.test(number) && month.test(name)) return null;
      const between = found.input.slice(span(found, 2)[1], span(found, 3)[0]);
      const loose = /[,(]/.test(between) || (/[a-z]/.test(name) && name === name.toLowerCase());
      if (loose && counts(found.input, span(found)[1])) return null;
      return isName(kind, wordsIn(name)) ? span(found) : null;
    },
    number_and_street(found) {
      const [, kind, name] = found, end = span(found)[1];
      if (!isName(kind, wordsIn(name))) return null;
      nextCapital.lastIndex = end;
      const rest = nextCapital.exec(found.input);
      return [found.index, rest ? end + rest[0].length : end];
    },
    dutch_street(found) {
      if (noDutch.has(found[1].toLowerCase())) return null;
      const [, end] = span(found), after = found.input.slice(span(found, 1)[1], end);
      if (after.includes(",") && counts(found.input, end)) return null;
      return capital(found[1]) || safeSuffix.test(found[1]) ? span(found) : null;
    },
    named_place: (found) => (wordsIn(found[1]).some((word) => never.has(word.toLowerCase())) ? null : span(found)),
  };
}

/* --- Names ---------------------------------------------------------------------------------------- */

function namesOf(expression, lower) {
  const given = lower("given"), wordy = lower("wordy"), family = lower("family");
  const particles = lower("name_particle"), ordinary = lower("ordinary");
  const saints = new Set(["saint", "sainte", "sint", "st", "ste"]);
  const peoples = expression("^<nationality>$", "i");
  const sentenceEnd = expression('(?:^|[.!?:;\\n"*(>] ?|(?:^|\\n) ?- ?)$');
  const tokensIn = (text) => [...text.matchAll(/[A-Za-z][A-Za-z'-]*/g)];
  const isOrdinary = (word) => {
    const first = word.split("-")[0];
    return ordinary.has(word) || ordinary.has(first) || saints.has(first) || peoples.test(word);
  };
  const isNameWord = (word) => {
    const small = word.toLowerCase();
    if (given.has(small) || family.has(small) || wordy.has(small)) return capital(word) || !wordy.has(small);
    return capital(word) && word.length > 1 && !isOrdinary(small);
  };
  const JOINS = /^(?:[ \n]{1,2}|(?: [a-z'A-Z]{1,4}){0,3} )$/;
  const nameEnd = (text, start, stop) => {
    let end = null;
    for (const token of tokensIn(text.slice(start, stop))) {
      if (end !== null && !JOINS.test(text.slice(start + end, start + token.index))) break;
      if (isNameWord(token[0])) end = token.index + token[0].length;
      else if (!particles.has(token[0].toLowerCase())) break;
    }
    return end === null ? null : start + end;
  };
  const kindOf = (word) => {
    const small = word.toLowerCase(), parts = small.split("-");
    if (saints.has(parts[0])) return "saint";
    if (particles.has(small)) return "particle";
    if (isOrdinary(small)) return "ordinary";
    if (isUpper(word) && word.length <= 3) return "other";
    if (parts.length > 1 && parts.every((part) => given.has(part) || wordy.has(part))) return "given";
    if (given.has(parts[0])) return "given";
    if (family.has(small)) return "family";
    return wordy.has(parts[0]) ? "wordy" : "other";
  };
  const stretches = (kinds) => {
    const found = [];
    let low = 0;
    [...kinds, "ordinary"].forEach((kind, place) => {
      if (kind !== "ordinary" && kind !== "saint") return;
      let high = place;
      while (low < high && kinds[low] === "particle") low += 1;
      while (high > low && kinds[high - 1] === "particle") high -= 1;
      if (low < high) found.push([low, high]);
      low = place + 1;
    });
    return found;
  };
  const notSmall = lower("no_small_given");
  const smallGiven = new Set([...given].filter((word) => !wordy.has(word) && !notSmall.has(word)));
  /* Too long for an acronym: “DUPONT Yolanda”. */
  const shouted = (word) => isUpper(word) && word.length > 4;
  const isPerson = (kinds, words) => {
    if (kinds.includes("given") || kinds.includes("family")) return true;
    const named = words.filter((_, place) => kinds[place] !== "particle");
    if (named.length < 2 || named.every(isUpper)) return false;
    return named.every((word) => shouted(word) || !isUpper(word));
  };
  return {
    after_title(found) {
      const end = nameEnd(found.input, ...span(found, 2));
      return end === null ? null : [found.index, end];
    },
    introduced(found) {
      const [start, stop] = span(found, 1), end = nameEnd(found.input, start, stop);
      return end === null ? null : [start, end];
    },
    small_given: (found) => (smallGiven.has(found[0]) ? span(found) : null),
    given_or_pair(found) {
      const tokens = tokensIn(found[0]).map((token) => [token[0], found.index + token.index, found.index + token.index + token[0].length]);
      const first = sentenceEnd.test(found.input.slice(Math.max(0, found.index - 4), found.index));
      const kinds = tokens.map(([word]) => kindOf(word));
      /* A sentence's first word has its capital anyway. */
      if (first && kinds[0] === "other" && !shouted(tokens[0][0])) kinds[0] = "ordinary";
      kinds.forEach((kind, place) => { if (kind === "saint" && place + 1 < kinds.length) kinds[place + 1] = "ordinary"; });
      for (const [low, high] of stretches(kinds)) {
        const words = tokens.slice(low, high).map(([word]) => word);
        if (isPerson(kinds.slice(low, high), words)) return [tokens[low][1], tokens[high - 1][2]];
      }
      return null;
    },
  };
}

/* --- The scan --------------------------------------------------------------------------------------- */

const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

/* A function of one text that gives its findings in order: kind, severity, start, end, advice. */
export function scanner(source, { known = [] } = {}) {
  const expand = expander(source);
  const expression = (written, flags = "") => new RegExp(expand(written), flags.includes("u") ? flags : `${flags}u`);
  const fold = folder(source);
  const checks = checksOf(source, expression);
  /* Python's $ also stands before a last line break. */
  const around = (rule, name, frame) => (name in rule ? expression(frame(`(?:${joined(rule[name])})`), "i") : null);
  const rules = source.rules.map((rule) => ({
    ...rule,
    pattern: expression(rule.pattern, `dg${rule.flags ?? ""}`),
    check: checks[rule.check ?? ""],
    before: around(rule, "before", (inner) => `${inner}(?=\\n?$)`),
    unlessBefore: around(rule, "unless_before", (inner) => `${inner}(?=\\n?$)`),
    after: around(rule, "after", (inner) => `^${inner}`),
  }));
  const masks = [expression(source.masks, "g")];
  const own = known.map((name) => fold(name).text.trim()).filter(Boolean).sort((a, b) => b.length - a.length);
  if (own.length) masks.push(new RegExp(`(?<!\\w)(?:${own.map(escaped).join("|")})(?!\\w)`, "giu"));

  const stands = (rule, text, start, end) => {
    const before = text.slice(Math.max(0, start - AROUND), start), after = text.slice(end, end + AROUND);
    if (rule.unlessBefore?.test(before)) return false;
    if (!rule.before && !rule.after) return true;
    return Boolean(rule.before?.test(before) || rule.after?.test(after));
  };
  const isMarked = (marks, start, end) => marks.subarray(start, end).includes(1);

  return (original) => {
    const { text, starts, ends } = fold(original);
    const taken = new Uint8Array(text.length), hidden = new Uint8Array(text.length);
    for (const mask of masks) for (const found of text.matchAll(mask)) hidden.fill(1, found.index, found.index + found[0].length);
    const findings = [], lower = text.toLowerCase();
    for (const rule of rules) {
      if (rule.needs && !rule.needs.some((each) => lower.includes(each))) continue;
      rule.pattern.lastIndex = 0;
      for (let found = rule.pattern.exec(text); found; found = rule.pattern.exec(text)) {
        const [from, to] = found.indices[0];
        const place = stands(rule, text, from, to) ? rule.check(found) : null;
        rule.pattern.lastIndex = place ? Math.max(from + 1, place[1]) : from + 1;
        if (!place || isMarked(taken, ...place) || (rule.masked && isMarked(hidden, ...place))) continue;
        taken.fill(1, ...place);
        findings.push({ kind: rule.kind, severity: rule.severity, advice: rule.advice, start: starts[place[0]], end: ends[place[1] - 1] });
      }
    }
    return findings.sort((a, b) => a.start - b.start || a.end - b.end);
  };
}
