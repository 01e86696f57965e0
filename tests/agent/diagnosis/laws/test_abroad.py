"""The laws in other languages: what tells to pay, promises, evades or asks for a secret is found."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.diagnosis.laws.abroad import HEDGE, asks_to_pay, problems, sounds_certain
from agent.diagnosis.laws.honest import hedged

PAYS = [
    "Kaufe mehr Guthaben für dein Abo.",
    "Aktiviere die zusätzliche Nutzung in den Einstellungen.",
    "Achetez des crédits supplémentaires.",
    "Compra más créditos para tu plan.",
    "Compre mais créditos para o seu plano.",
    "Acquista altri crediti per il tuo piano.",
    "Zögere nicht: kaufe mehr Guthaben.",
    "N'hésitez pas à acheter des crédits.",
    "No dude en comprar créditos.",
    "Koop meer tegoed voor je abonnement.",
    "Купите дополнительные кредиты.",
    "请购买更多额度。",
    "追加使用のクレジットを購入してください。",
    "크레딧을 구매하세요.",
]
HOLDS_BACK = [
    "Kaufe kein Guthaben, bevor die freien Prüfungen gemacht sind.",
    "N'achetez pas de crédits avant les vérifications gratuites.",
    "No compres créditos todavía.",
    "Не покупайте кредиты.",
    "先不要购买额度。",
    "クレジットはまだ購入しないでください。",
    "크레딧을 구매하지 마세요.",
    "Run `claude update`, open a new terminal and look at the plan.",
]
WRONG = [
    "Der Betrag wird dir vollständig erstattet.",
    "Vous serez remboursé sous peu.",
    "Le será reembolsado el importe.",
    "您将会收到退款。",
    "料金は返金されます。",
    "Désactivez la vérification TLS du certificat.",
    "Umgehe die Sperre für die Region.",
    "Contournez le filtre de la région.",
    "请使用VPN。",
    "Deaktiviere die Prüfung der TLS-Zertifikate.",
    "请把你的密码发送给我们。",
    "Schicke uns deinen API-Schlüssel.",
    "Please send us your API key.",
    "What is the password of the account?",
    "Wie lautet dein Passwort?",
    "你的密码是什么？",
]


@pytest.mark.parametrize("text", PAYS)
def test_telling_to_pay_is_found(text: str) -> None:
    assert asks_to_pay(text)


@pytest.mark.parametrize("text", HOLDS_BACK)
def test_holding_back_is_no_telling(text: str) -> None:
    assert not asks_to_pay(text)


@pytest.mark.parametrize("text", WRONG)
def test_promises_evasion_and_secrets_are_found(text: str) -> None:
    assert problems(text)


def test_near_certainty_is_heard() -> None:
    assert all(
        sounds_certain(t)
        for t in (
            "Das ist zweifellos so.",
            "这肯定是原因。",
            "It is very likely so.",
            "It is without any doubt so.",
        )
    )
    assert not sounds_certain("Das ist wahrscheinlich so.")


@pytest.mark.parametrize(
    "text",
    ["Wahrscheinlich ist es so.", "Probablement.", "Вероятно, так.", "可能是这样。", "おそらくそうです。"],
)
def test_a_hedge_counts_in_its_language(text: str) -> None:
    assert HEDGE.search(text)
    assert hedged(text)
    assert not hedged("Das ist so.")


def test_the_catalogue_is_hardly_ever_accused(room: SimpleNamespace) -> None:
    texts = [
        text
        for cause in room.load_catalogue().causes
        for text in (cause.summary, cause.recommendation, *cause.notes, *(s.step for s in cause.steps))
    ]
    accused = [text for text in texts if asks_to_pay(text) or problems(text) or sounds_certain(text)]
    assert len(accused) <= len(texts) // 100
