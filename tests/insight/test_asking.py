import pytest

from agentdesk.insight.asking import LONGEST_READ, Fact, asked, given

ORDER, EMAIL, PHONE, ADDRESS = Fact.ORDER, Fact.EMAIL, Fact.PHONE, Fact.ADDRESS


@pytest.mark.parametrize(
    ("reply", "facts"),
    [
        ("恐れ入りますが、注文番号をお知らせください。", {ORDER}),
        ("ご注文番号とご登録のメールアドレスをお知らせいただけますでしょうか。", {ORDER, EMAIL}),
        ("メールアドレス宛に注文番号を添えてご連絡ください。", {ORDER}),
        ("ご注文番号は何番でしょうか？", {ORDER}),
        ("お届け先のご住所を教えていただけますか。", {ADDRESS}),
        ("お電話番号を頂戴できますでしょうか。", {PHONE}),
        ("注文番号を教えてください", {ORDER}),
        ("ご登録のお電話番号と、お住まいの都道府県、最後にご注文いただいた商品名をお知らせください。", {PHONE}),
        ("注文番号またはメールアドレスをお知らせください。", {ORDER, EMAIL}),
        ("ご住所（郵便番号、お部屋番号まで）をお知らせください。", {ADDRESS}),
        ("Could you please send us your order number?", {ORDER}),
        ("May I have your order number and the e-mail address you used?", {ORDER, EMAIL}),
        ("What is your phone number and address?", {PHONE, ADDRESS}),
        ("We still need the order number.", {ORDER}),
        ("Please let us know the delivery address.", {ADDRESS}),
    ],
)
def test_a_question_for_a_fact_is_known(reply: str, facts: set[Fact]) -> None:
    assert asked(reply) == facts


@pytest.mark.parametrize(
    "reply",
    [
        "ご注文番号 10-2231 の件、変更があればご連絡ください。",
        "ご不明な点はこちらのメールアドレスまでご連絡ください。",
        "ご注文番号を確認次第、ご連絡いたします。",
        "ご注文番号は 10-2231 でお間違いないでしょうか。",
        "> 注文番号をお知らせください。\n\n確認が取れました。",
        "新しいご住所をお知らせください。",
        "注文番号と異なる商品が届いた場合は、写真をお送りください。",
        "What's the full new address with the postcode?",
        "Could you tell us the new delivery address?",
        "We will send your order number soon.",
        "Please keep your order number for reference.",
        "Could you send a photo to our email address?",
        "Please use order number 10-2231.",
        "> Could you send us your order number?\n\nThanks, we found it.",
        "Thank you for your patience.",
    ],
)
def test_naming_a_fact_is_not_asking_for_it(reply: str) -> None:
    assert asked(reply) == set()


@pytest.mark.parametrize(
    ("message", "facts"),
    [
        ("注文番号は 10-2231 です。", {ORDER}),
        ("注文番号：１０－２２３１", {ORDER}),
        ("My order #A-10223 never came", {ORDER}),
        ("my address for mails is dana@example.com", {EMAIL}),
        ("電話は090-1234-5678です", {PHONE}),
        ("Call me: +81 90 1234 5678", {PHONE}),
        ("〒100-0001 東京都千代田区千代田1-1", {ADDRESS}),
        ("I moved to 12 Baker Street", {ADDRESS}),
    ],
)
def test_a_fact_that_was_told_is_known(message: str, facts: set[Fact]) -> None:
    assert given(message) == facts


@pytest.mark.parametrize(
    "message",
    [
        "2026-11-20に注文しました。12000円でした。",
        "I ordered on 2026-11-20 and paid 120.",
        "注文番号が分かりません",
        "> 注文番号は 10-2231 です。\n届きません",
        "I have 3 questions for the 24th",
    ],
)
def test_other_numbers_tell_no_fact(message: str) -> None:
    assert given(message) == set()


@pytest.mark.parametrize(
    "piece", ["please send order number ", "注文番号、", "東京都", "0123-", "a.a-", "注文", "please "]
)
def test_a_hostile_message_is_read_to_its_end(piece: str) -> None:
    long = piece * 5000  # the suite's own time limit ends a pattern that goes back and forth over it

    assert asked(long) == asked(long[:LONGEST_READ])
    assert given(long) == given(long[:LONGEST_READ])
