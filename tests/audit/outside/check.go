// Checks a proof of the ledger with Go's own packages for transparency logs, and nothing of ours.
//
//	check KEY PROOF.json                    the signed state, and the entry's place in it
//	check KEY PROOF.json OLD_CHECKPOINT     that it extends the state kept outside
//
// KEY is a line of `manage.py ledger key --show`; PROOF.json is what `manage.py ledger prove` wrote.
// Prints one sentence and ends with 0 when everything holds, with 1 when anything does not.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proof struct {
	Checkpoint string      `json:"checkpoint"`
	Path       []tlog.Hash `json:"path"`
	Leaf       []byte      `json:"leaf"`
	Index      *int64      `json:"index"`
	OldSize    *int64      `json:"old_size"`
}

type state struct {
	origin string
	size   int64
	root   tlog.Hash
}

// A checkpoint is a signed note whose first lines say which log, how many entries, which root.
func open(key, text string) (state, error) {
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return state{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return state{}, err
	}
	lines := strings.SplitN(opened.Text, "\n", 4)
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return state{}, fmt.Errorf("a checkpoint of another log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return state{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return state{lines[0], size, root}, err
}

func check(arguments []string) (string, error) {
	if len(arguments) != 2 && len(arguments) != 3 {
		return "", fmt.Errorf("say KEY PROOF.json, or KEY PROOF.json OLD_CHECKPOINT")
	}
	key := arguments[0]
	text, err := os.ReadFile(arguments[1])
	if err != nil {
		return "", err
	}
	var told proof
	if err := json.Unmarshal(text, &told); err != nil {
		return "", err
	}
	now, err := open(key, told.Checkpoint)
	if err != nil {
		return "", err
	}
	if len(arguments) == 2 {
		if told.Index == nil {
			return "", fmt.Errorf("no proof of one entry; give the checkpoint it is to extend")
		}
		hash := tlog.RecordHash(told.Leaf)
		err = tlog.CheckRecord(tlog.RecordProof(told.Path), now.size, now.root, *told.Index, hash)
		return fmt.Sprintf("%s: entry %d of %d is as signed", now.origin, *told.Index, now.size), err
	}
	text, err = os.ReadFile(arguments[2])
	if err != nil {
		return "", err
	}
	old, err := open(key, string(text))
	if err != nil {
		return "", err
	}
	if told.OldSize == nil || *told.OldSize != old.size {
		return "", fmt.Errorf("the proof does not start from this checkpoint's %d entries", old.size)
	}
	err = tlog.CheckTree(tlog.TreeProof(told.Path), now.size, now.root, old.size, old.root)
	return fmt.Sprintf("%s: %d entries extend the first %d", now.origin, now.size, old.size), err
}

func main() {
	said, err := check(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "REFUSED:", err)
		os.Exit(1)
	}
	fmt.Println(said)
}
