"""The laws in other languages, for what a model words: paying, promises, evasion, secrets, certainty.

The catalogue is English and so are the other laws' patterns; a model answers in the reader's language.
A sentence is looked at for a verb and a thing that together break a law, unless it denies them. The
tables are rather too strict: a sentence that is struck out costs a wording, one that is not may cost
money.
"""

from __future__ import annotations

import re
from functools import lru_cache

from agent.diagnosis.laws.case import TEXTS
from agent.diagnosis.laws.grounded import latin
from agent.diagnosis.laws.phrases import hits
from agent.diagnosis.laws.prefilter import Phrase, folded

Table = dict[str, tuple[Phrase, Phrase]]


def _table(rows: dict[str, tuple[str, str]]) -> Table:
    return {code: (Phrase(one), Phrase(two)) for code, (one, two) in rows.items()}


_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+|;\s")
_PAY = _table(
    {
        "de": (
            r"\b(?:kauf|erw[ei]rb|buch(?:e|en)\b|bezahl|zahlen|lade\b.*\bauf\b|auflad|aufstock"
            r"|stock\w* .*auf\b"
            r"|hinzuf[üu]g|füg\w* .*hinzu|aktivier|freischalt|einschalt|schalt\w* .*\bein\b|erhöh|abschlie"
            r"|upgrad|hochstuf|einlös|lös\w* .*\bein\b|beanspruch|hol(?:e|en) )",
            r"guthaben|credits?\b|kredit|extra[- ]usage|zusatznutzung|zusätzliche\w* (?:nutzung|kontingent)"
            r"|kontingent|abo\b|abonnement|tarif|\bplan\b|limit|budget|abrechnung|zahlungs|auto-reload",
        ),
        "fr": (
            r"\b(?:ach[eè]t|pay|recharg|ajout|activ|augment|souscri|rel[eè]v|passe[rz] (?:à|au)|r[ée]clam"
            r"|prend)",
            r"crédits?\b|utilisation (?:suppl[ée]mentaire|extra)|extra[- ]usage|forfait|abonnement|plafond"
            r"|solde"
            r"|facturation|carte",
        ),
        "es": (
            r"\b(?:compr|pag(?:a|ue|ar)|recarg|añad|agreg|activ|aument|contrat|suscri|sub(?:a|e|ir) |reclam)",
            r"créditos?\b|uso (?:extra|adicional)|extra[- ]usage|plan\b|suscripci[óo]n|saldo|tope"
            r"|facturaci[óo]n"
            r"|tarjeta",
        ),
        "pt": (
            r"\b(?:compr|pag(?:ue|a|ar)|recarr?eg|adicion|ativ|aument|assin|contrat|resgat)",
            r"créditos?\b|uso (?:extra|adicional)|extra[- ]usage|plano\b|assinatura|saldo|limite|cobrança"
            r"|cartão",
        ),
        "it": (
            r"\b(?:compr|acquist|pag(?:a|hi|are)|ricaric|aggiung|attiv|aument|abbon|riscatt)",
            r"crediti?\b|utilizzo (?:extra|aggiuntivo)|extra[- ]usage|piano\b|abbonamento|saldo|limite"
            r"|fatturazione|carta",
        ),
        "nl": (
            r"\b(?:koop|kopen|betaal|betalen|waardeer|voeg\w* .*toe|activeer|schakel\w* .*\bin\b|verhoog"
            r"|upgrad)",
            r"tegoed|credits?\b|extra[- ](?:usage|gebruik)|abonnement|limiet|saldo",
        ),
        "ru": (
            r"куп|приобре|оплат|пополн|добав|включ|актив|увелич|повыс|оформ",
            r"кредит|баланс|дополнительн\w* использован|extra[- ]usage|тариф|подписк|лимит|карт",
        ),
        "zh": (
            r"购买|購買|充值|儲值|付费|付費|付款|支付|添加|新增|增加|启用|啟用|开启|開啟|开通|開通|升级"
            r"|升級|提高|领取|領取",
            r"额度|額度|积分|點數|余额|餘額|用量|套餐|计划|方案|订阅|訂閱|上限|信用卡|extra[- ]usage"
            r"|credits?",
        ),
        "ja": (
            r"購入|支払|課金|チャージ|追加|有効|オンに|増や|引き上げ|アップグレード|受け取",
            r"クレジット|追加使用|残高|使用量|プラン|サブスクリプション|上限|カード|extra[- ]usage",
        ),
        "ko": (
            r"구매|결제|지불|충전|추가|활성화|켜|늘리|올리|업그레이드|받으",
            r"크레딧|추가 사용|잔액|사용량|요금제|구독|한도|카드|extra[- ]usage",
        ),
    }
)
_ANY_THING = Phrase("|".join(thing.source for _, thing in _PAY.values()))
_NOT = re.compile(
    r"\b(?:nicht|kein\w*|nie|niemals|ohne|bevor|statt|anstatt|pas|jamais|sans|avant de|aucun\w*|no|nunca|sin"
    r"|antes de|não|sem|non|mai|senza|prima di|niet|geen|nooit|zonder|не|никогда|без)\b"
    r"|不|没|沒|未|无(?!疑)|無(?!疑)|别|勿|ない|ません|なく|않|마세요|말고|없",
    re.I,
)
_IDIOM = re.compile(
    r"nicht (?:nur|zögern)|zögern?e? (?:\w+ )?nicht|n'hésite[zr]? pas|no (?:dude[ns]?|solo)|não (?:hesite|só)"
    r"|non (?:esit\w+|solo)|aarzel niet|не (?:стесняй\w+|только)|不(?:妨|仅|僅|如|要犹豫)",
    re.I,
)
"""Words that look like a denial and are none."""
_LOOKS = re.compile(
    r"\b(?:ob|prüf\w*|vérifi\w*|compru[eé]b\w*|verifi\w*|controll\w*|проверь\w*|проверить)\b|ausschalt"
    r"|\baus\."
    r"|désactiv|desactiv|disattiv|关闭|關閉|检查|檢查|無効|確認|확인",
    re.I,
)
"""Looking at a way to pay, or switching it off, is not paying."""
_PROMISE = Phrase(
    r"\b(?:wird|werden|erhalten|erhältst|bekommen|bekommst)\b[^.!?]{0,80}\b(?:erstatt\w*|rückerstatt\w*"
    r"|gutgeschrieben|gutschrift|zurückgezahlt|behoben|eskaliert|kontaktiert)"
    r"|\bgarantier\w*|\bversprech\w*"
    r"|\b(?:vous (?:serez|allez être|recevrez)|sera|seront)\b[^.!?]{0,60}\b(?:rembours\w*|crédit[ée]\w*"
    r"|corrig\w*)"
    r"|\bgaranti\b|\bnous (?:allons|vous)\b"
    r"|\b(?:será|serán|recibirá\w*|le|se te)\b[^.!?]{0,60}\b(?:reembols\w*|abonad\w*|devuelt\w*|acreditad\w*)"
    r"|\bgarantiz\w*|\b(?:será|receberá)\b[^.!?]{0,60}\b(?:reembols\w*|creditad\w*|devolvid\w*)"
    r"|\bgarantimos\b"
    r"|\b(?:sarà|riceverà|riceverai|verrà)\b[^.!?]{0,60}\b(?:rimbors\w*|accreditat\w*)|\bgarantit\w*"
    r"|\b(?:wordt|krijgt?|ontvangt)\b[^.!?]{0,60}\b(?:terugbetaa?l\w*|vergoed\w*|gecrediteerd)"
    r"|(?:верн[ёеу]\w*|возмест\w*|вернут|возвращ\w*)[^.!?]{0,40}(?:деньги|средства|оплат)|гарантир"
    r"|(?:将|会|將|會|一定)[^。！？]{0,30}(?:退款|退还|退還|返还|补偿|補償|修复|修復)|保证|保證|承诺"
    r"|返金(?:され|します|いたし)|補償(?:され|します)|保証(?:します|され)|必ず[^。]{0,30}(?:直|返金|解決)"
    r"|환불(?:됩니다|해 ?드|받게)|보상(?:됩니다|해 ?드)|보장(?:합니다|됩니다)"
)
_EVADE = _table(
    {
        "rule": (
            r"\b(?:umgeh|täusch|vortäusch|fälsch|tarn|contourn|usurp|falsifi|elud|evad|burl|suplant|engan"
            r"|contorn"
            r"|aggir|falsific|omzeil|vervals)|обо[йх]|подмен|маскир|绕过|繞過|规避|規避|伪装|偽裝|冒充"
            r"|回避|偽装"
            r"|なりすま|우회|위장|사칭",
            r"region|länder|land\b|sperr|filter|prüfung|client|user[- ]agent|header|région|pays|filtre"
            r"|región|país"
            r"|região|regione|paese|filtro|verific|регион|стран|фильтр|клиент|заголов|地区|地區|区域|限制"
            r"|过滤|過濾"
            r"|审查|客户端|客戶端|请求头|地域|フィルタ|クライアント|ヘッダ|지역|필터|클라이언트|헤더",
        ),
        "vpn": (
            r"\b(?:nutz|verwend|benutz|utilis|us[ea]\b|usar|utiliz|gebruik)|использ|включ|使用|用|开|開"
            r"|使っ|利用|사용|켜",
            r"\bvpn\b|\btor\b|proxy (?:in|en|nos|negli)\b",
        ),
        "tls": (
            r"\b(?:deaktivier|abschalt|ausschalt|ignorier|désactiv|ignor|desactiv|desabilit|disattiv"
            r"|disabilit"
            r"|uitschakel)|отключ|игнор|禁用|关闭|關閉|忽略|跳过|無効|無視|비활성|무시|끄",
            r"\b(?:tls|ssl|zertifikat|certificat|certificad|certificaz|certificaat)|сертифик|证书|憑證"
            r"|証明書|인증서",
        ),
        "secret": (
            r"\b(?:sende|schick|teile|nenne|gib|poste|envoy|partag|donn|communiqu|env[ií][ae]|compart"
            r"|manda|invia"
            r"|condivid|stuur|deel)|отправ|пришл|сообщ|发送|發送|提供|告诉|告訴|贴出|送っ|送信|教え|보내"
            r"|알려",
            r"passwor[td]|api[- ]?(?:key|schlüssel|клю)|schlüssel|\btokens?\b|mot de passe|clé|contraseña"
            r"|clave|senha"
            r"|chave|chiave|wachtwoord|парол|ключ|密码|密碼|密钥|密鑰|令牌|パスワード|キー|トークン"
            r"|비밀번호|키|토큰",
        ),
    }
)
_CERTAIN = Phrase(
    r"\b(?:zweifellos|zweifelsfrei|mit sicherheit|definitiv|eindeutig|höchstwahrscheinlich"
    r"|sehr wahrscheinlich"
    r"|certainement|sans aucun doute|assurément|très probable\w*|sin duda|con certeza|seguramente"
    r"|muy probable\w*"
    r"|com certeza|sem dúvida|muito prov\w+|certamente|senza dubbio|molto probabil\w+|ongetwijfeld|zeker"
    r"|very likely|almost certain\w*|most certainly|(?:without|beyond) (?:any |a )?doubt|undoubtedly)\b"
    r"|несомненно|безусловно|очень вероятно|точно|肯定是|一定是|无疑|無疑|毫无疑问|很可能|間違いなく"
    r"|確実に|확실히|틀림없이"
)
_SECRET_ENGLISH = (
    Phrase(
        r"\b(?:send|share|post|paste|give|tell|email|upload|dm|submit|reply with)\b[^.;!?]{0,40}"
        r"\b(?:api[- ]?keys?|passwords?|(?:access |auth |oauth |bearer )?tokens?|secrets?|credit card"
        r"|credentials"
        r"|private keys?)\b"
    ),
)
_WHAT_SECRET = Phrase(
    r"\b(?:what(?:'s| is| are)|tell me|wie lautet|wie heißt|quel(?:le)? est|cuál es|qual è)\b[^.;!?]{0,9}"
    r"\b(?:api[- ]?keys?|passwords?|passphrase|(?:access|auth|oauth|bearer)[- ]tokens?|card number"
    r"|passwort|api-schlüssel|mot de passe|contraseña)\b"
    r"|(?:密码|密碼|密钥|密鑰|令牌|パスワード|비밀번호) ?(?:是什么|是多少|是什麼|は何|는 무엇|가 무엇)"
)
"""A secret that is asked for as a question; such a sentence is no mere question about it."""
HEDGE = Phrase(
    r"\b(?:wahrscheinlich\w*|vermutlich\w*|möglich\w*|vielleicht|könnte\w*|probable\w*|sans doute"
    r"|peut-être|possible\w*"
    r"|pourrait|posible\w*|podría|quizá\w*|tal vez|prov[áa]ve\w*|possíve\w*|talvez|pode(?:ria)?|probabil\w*"
    r"|possibil\w*|forse|potrebbe|waarschijnlijk\w*|mogelijk\w*|misschien|вероятн\w*|возможн\w*"
    r"|скорее всего)\b"
    r"|可能|也许|或许|大概|疑似|おそらく|可能性|かもしれ|思われ|아마|가능|수 있|듯"
)
"""That a cause is called likely or possible, in the languages other than English."""


@lru_cache(maxsize=TEXTS)
def asks_to_pay(text: str) -> bool:
    """Whether a sentence in another language tells its reader to spend money."""
    whole = latin(text)
    rows = _held(_PAY, whole)
    if not rows or not _ANY_THING.search(text):
        return False
    return any(
        bool(_together(sentence, rows)) and not _denied(sentence) and not _LOOKS.search(sentence)
        for sentence in _sentences(whole)
    )


@lru_cache(maxsize=TEXTS)
def problems(text: str) -> tuple[str, ...]:
    """What in `text`, in any of the other languages, promises, evades or asks for a secret."""
    found = []
    whole = latin(text)
    low = folded(whole)
    promises, rows = _PROMISE.search(whole, low), _held(_EVADE, whole)
    for sentence in _sentences(whole) if promises or rows else ():
        if _denied(sentence):
            continue
        if promises and _PROMISE.pattern.search(sentence):
            found.append("a promise")
        found += [f"advice that is not lawful ({name})" for name in _together(sentence, rows)]
    found += [f"asks for a secret: {hit!r}" for hit in hits(text, _SECRET_ENGLISH)]
    found += ["asks for a secret"] if _WHAT_SECRET.search(whole, low) else []
    return tuple(dict.fromkeys(found))


def sounds_certain(text: str) -> bool:
    """Whether `text` speaks of near certainty, in any language here."""
    return _CERTAIN.search(text) is not None


def _held(table: Table, text: str) -> Table:
    """The rows of which both halves stand somewhere in `text`; most texts have none."""
    low = folded(text)
    return {
        name: (verb, thing)
        for name, (verb, thing) in table.items()
        if verb.search(text, low) and thing.search(text, low)
    }


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def _denied(sentence: str) -> bool:
    return bool(_NOT.search(_IDIOM.sub(" ", sentence)))


def _together(sentence: str, table: Table) -> list[str]:
    """The rows of which both halves stand in one sentence."""
    return [
        name
        for name, (verb, thing) in table.items()
        if verb.pattern.search(sentence) and thing.pattern.search(sentence)
    ]
