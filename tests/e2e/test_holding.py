"""Design 5, path 4: a case manager between meetings, from a phone, in a minute."""

import re
import time
from datetime import timedelta

from playwright.sync_api import expect

from tests.e2e.people import House, fits, says, today, unfold, write


def test_a_case_manager_is_told_opens_and_updates_from_a_phone(house: House) -> None:
    # Somebody asks them to hold a situation, and later writes what can't wait.
    desk = house.visit("coordination", "tableau")
    desk.get_by_role("row", name=re.compile("Cherche un médecin")).get_by_role("link").first.click()
    desk.wait_for_url("**/situations/*")
    code = desk.url.rsplit("/", 1)[1]
    form = desk.locator("form[action$='/suivi']")
    holder = form.locator("[name=case_manager]")
    holder.select_option(label=str(holder.locator("option", has_text="Maëlle").inner_text()))
    write(form, note="Elle connaît la maison médicale.")
    form.get_by_role("button", name="Noter le suivi").click()
    says(desk, "Le suivi est noté")

    context = house.context(phone=True)
    phone = context.new_page()
    house.sign_in(phone, "gestionnaire")
    phone.goto(f"{house.demo.url}/les-tilleuls")
    begun = time.monotonic()
    # The letter said only why: the way goes over the home page.
    phone.get_by_role("link", name="Mes avis").click()
    says(phone, "On vous propose d’être référent·e d’une situation")
    fits(phone)
    house.picture(phone, "20-notices-phone")
    phone.get_by_role("link", name=code).first.click()
    says(phone, "Elle connaît la maison médicale.")
    phone.get_by_role("button", name="Accepter").click()
    says(phone, "Vous êtes référent·e de cette situation.")
    later = (today() + timedelta(days=20)).isoformat()
    unfold(phone)
    form = phone.locator("form[action$='/suivi']")
    write(form, next_review_on=later)
    form.get_by_role("button", name="Noter le suivi").click()
    says(phone, "Le suivi est noté")
    assert time.monotonic() - begun < 60, "a minute on the phone is a promise"
    fits(phone)
    house.picture(phone, "21-held-phone")

    # News somebody marks as pressing: the notice stands until the sheet is opened.
    desk.goto(f"{house.demo.url}/les-tilleuls/situations/{code}")
    form = desk.locator("form[action$='/fil']")
    write(form, text="Une place se libère demain.")
    form.locator("[name=urgent]").check(force=True)
    form.get_by_role("button", name="Ajouter au fil").click()
    says(desk, "Une place se libère demain.")
    phone.goto(f"{house.demo.url}/les-tilleuls/suivies")
    row = phone.locator("main li").filter(has_text=code)
    expect(row).to_contain_text("du nouveau")
    fits(phone)
    house.picture(phone, "22-followed-phone")
    phone.get_by_role("link", name=code).first.click()
    says(phone, "Une place se libère demain.")
    phone.goto(f"{house.demo.url}/les-tilleuls/suivies")
    expect(row).not_to_contain_text("du nouveau")
    context.close()
    desk.close()
