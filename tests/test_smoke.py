import pytest
from audit.enums import Purpose, Verb
from audit.models import Entry
from concertation.situations.models import Situation, YearTally, AgreedAction
from ethics import gate
from ethics.policy import Act
from ethics.secrecy.models import ContainerKind
pytestmark = pytest.mark.django_db(databases=["default","erasure"])

def test_bring(circle):
    p = circle.participant
    with gate.writing(p.actor, Act.BRING, verb=Verb.DRAFT_SAVED, purpose=Purpose.BRINGING) as pen:
        c = pen.open_container(ContainerKind.SITUATION)
        s = Situation(id=c, container=c, scope=c, concertation=circle.concertation, brought_by=p.participation)
        names=[f.name for f in Situation.sealed_fields()]
        pen.seal(s, **{n: ("texte "+n if not f.coded else ["a"]) for n,f in zip(names, Situation.sealed_fields())})
        s.save(); pen.record(Verb.DRAFT_SAVED, s)
    s = Situation.objects.get()
    r = gate.reveal(p.actor, records=[s], subjects=[s.id], purpose=Purpose.SHEET)
    assert r.get(s,"headline")=="texte headline"
    with pytest.raises(gate.Refused) as e:
        gate.reveal(circle.manager.actor, records=[s], subjects=[s.id], purpose=Purpose.SHEET)
    assert e.value.reason=="draft_of_someone_else"
    with gate.writing(p.actor, Act.BRING, verb=Verb.SITUATION_BROUGHT, purpose=Purpose.BRINGING, situation=s.id) as pen:
        pen.open_to_circle(s); s.state="signalled"; s.code="K7QF3MMH"; s.save(); pen.record(Verb.SITUATION_BROUGHT, s)
        t = YearTally(concertation=circle.concertation, container=circle.concertation.id, scope=circle.concertation.id, year=2026)
        pen.count(t,"counts","new","all"); t.save()
    r = gate.reveal(circle.manager.actor, records=[s], subjects=[s.id], purpose=Purpose.SHEET)
    assert r.get(s,"wish")=="texte wish"
    with gate.writing(circle.manager.actor, Act.PROPOSE_ACTION, verb=Verb.ACTION_PROPOSED, purpose=Purpose.SHEET, situation=s.id) as pen:
        a = AgreedAction(situation=s, container=s.id, owner=circle.police.participation, due_on="2026-12-01", proposed_by=circle.manager.participation, proposed_on="2026-11-01")
        pen.new_scope(a); pen.seal(a, text="appeler", result=""); a.save(); pen.share_scope(s.id, a.id, circle.police.user.id); pen.record(Verb.ACTION_PROPOSED, a)
    a = AgreedAction.objects.get()
    r = gate.reveal(circle.police.actor, records=[s,a], subjects=[s.id], purpose=Purpose.MY_ACTION)
    assert r.get(a,"text")=="appeler" and r.get(s,"headline") is None
    r = gate.reveal(circle.participant.actor, records=[a], subjects=[s.id], purpose=Purpose.SHEET)
    assert r.get(a,"text")=="appeler"
    with pytest.raises(gate.Refused): gate.reveal(circle.dpo.actor, records=[s], subjects=[s.id], purpose=Purpose.SHEET)
    t = YearTally.objects.get()
    assert gate.reveal_tallies(circle.coordinator.actor,[t],purpose=Purpose.REPORT).get(t,"counts")=={"new":{"all":1}}
    print([(e.verb,e.outcome,e.reason) for e in Entry.objects.all()])
