"""Digest authentication: the standards' own examples, and our side of both roles."""

import msgspec
import pytest

from roost.kernel.time import SECOND, InstantUs
from roost.protocols.sip.digest import (
    NONCE_LIFE,
    Algorithm,
    Challenge,
    Credentials,
    NonceCounts,
    Secret,
    Verdict,
    authorize,
    challenges,
    make_nonce,
    nonce_age,
    read_challenge,
    read_credentials,
    response_of,
    secret_of,
    verify,
)
from roost.protocols.sip.message import Headers

KEY = b"a key of the centre"
NOW = InstantUs(1_700_000_000_000_000)
REALM = "roost"
SECRET = secret_of("1001", REALM, "correct horse")


def test_the_example_of_rfc_2617() -> None:
    secret = secret_of("Mufasa", "testrealm@host.com", "Circle Of Life")
    assert secret.md5 == "939e7578ed9e3c518a452acee763bce9"
    assert (
        response_of(
            Algorithm.MD5,
            secret,
            "GET",
            "/dir/index.html",
            "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            "0a4f113b",
            "00000001",
        )
        == "6629fae49393a05397450978507c4ef1"
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        (Algorithm.MD5, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            Algorithm.SHA_256,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
)
def test_the_examples_of_rfc_7616(algorithm: Algorithm, response: str) -> None:
    secret = secret_of("Mufasa", "http-auth@example.org", "Circle of Life")
    assert (
        response_of(
            algorithm,
            secret,
            "GET",
            "/dir/index.html",
            "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
            "00000001",
        )
        == response
    )


def test_without_qop_as_in_rfc_2069() -> None:
    # H(H(A1):nonce:H(A2)); the value is RFC 2069's as corrected by its erratum 749
    secret = secret_of("Mufasa", "testrealm@host.com", "CircleOfLife")
    nonce = "dcd98b7102dd2f0e8b11d0f600bfb0c093"
    assert (
        response_of(Algorithm.MD5, secret, "GET", "/dir/index.html", nonce)
        == "1949323746fe6a43ef61f9606e7febea"
    )


def given(count: int = 1, password: str = "correct horse", **changed: object) -> Headers:
    """A phone's authorization for our own challenge, then tampered with."""
    headers = Headers({"WWW-Authenticate": "\n".join(challenges(KEY, NOW, REALM))})
    challenge = read_challenge(headers)
    assert challenge is not None
    challenge = msgspec.structs.replace(challenge, **changed)
    name, value = authorize(challenge, "1001", password, "REGISTER", "sip:roost", "c0ffee", count)
    return Headers({name: value})


def judged(
    headers: Headers,
    counts: NonceCounts | None = None,
    secret: Secret | None = SECRET,
    now: InstantUs = NOW,
    method: str = "REGISTER",
) -> Verdict:
    credentials = read_credentials(headers, REALM)
    assert credentials is not None
    return verify(
        credentials, secret, method, KEY, now, counts if counts is not None else NonceCounts()
    )


def test_our_challenges_offer_the_better_hash_first() -> None:
    first, second = challenges(KEY, NOW, REALM)
    assert first.startswith('Digest realm="roost",nonce="')
    assert "algorithm=SHA-256," in first
    assert "algorithm=MD5," in second
    assert first.endswith('qop="auth"')
    assert challenges(KEY, NOW, REALM, stale=True)[0].endswith(",stale=true")


@pytest.mark.parametrize("algorithm", [Algorithm.MD5, Algorithm.SHA_256, None])
def test_a_phone_that_knows_its_secret_is_let_in(algorithm: Algorithm | None) -> None:
    assert judged(given(algorithm=algorithm)) is Verdict.GOOD


def test_a_wrong_secret_user_or_method_is_not() -> None:
    assert judged(given(password="guess")) is Verdict.WRONG
    assert judged(given(), secret=None) is Verdict.WRONG
    assert judged(given(), method="INVITE") is Verdict.WRONG


def test_session_variants_are_not_offered_and_not_taken() -> None:
    assert judged(given(algorithm=Algorithm.MD5_SESS)) is Verdict.WRONG
    assert judged(given(algorithm=Algorithm.SHA_256_SESS)) is Verdict.WRONG


def test_a_nonce_grows_stale() -> None:
    late = InstantUs(NOW + NONCE_LIFE + 1)
    assert judged(given(), now=late) is Verdict.STALE
    assert judged(given(password="guess"), now=late) is Verdict.WRONG
    assert judged(given(), now=InstantUs(NOW + NONCE_LIFE)) is Verdict.GOOD


@pytest.mark.parametrize(
    "nonce",
    [
        "",
        "x",
        "0" * 46,
        make_nonce(b"another key", NOW, REALM),
        make_nonce(KEY, NOW, "another realm"),
        make_nonce(KEY, InstantUs(NOW + 60 * SECOND), REALM),  # from the future
        make_nonce(KEY, NOW, REALM)[:-1] + "?",
    ],
)
def test_a_nonce_of_somebody_elses_is_stale(nonce: str) -> None:
    headers = given(nonce=nonce or "none")
    assert judged(headers) is Verdict.STALE


def test_a_nonces_age() -> None:
    nonce = make_nonce(KEY, NOW, REALM)
    assert nonce_age(KEY, InstantUs(NOW + 7), REALM, nonce) == 7
    assert nonce_age(KEY, NOW, REALM, nonce.upper()) is None


def test_no_digest_is_taken_twice() -> None:
    counts = NonceCounts()
    assert judged(given(1), counts) is Verdict.GOOD
    assert judged(given(1), counts) is Verdict.STALE
    assert judged(given(3), counts) is Verdict.GOOD
    assert judged(given(2), counts) is Verdict.GOOD  # came late, but is new
    assert judged(given(2), counts) is Verdict.STALE
    assert judged(given(1000), counts) is Verdict.GOOD
    assert judged(given(4), counts) is Verdict.STALE  # too far behind
    assert judged(given(0), counts) is Verdict.STALE


def test_a_wrong_secret_uses_no_count_up() -> None:
    counts = NonceCounts()
    assert judged(given(1, password="guess"), counts) is Verdict.WRONG
    assert len(counts) == 0
    assert judged(given(1), counts) is Verdict.GOOD


def test_counts_are_bounded_and_a_forgotten_nonce_stays_used() -> None:
    counts = NonceCounts(capacity=2)
    first, second, third = (make_nonce(KEY, InstantUs(NOW + i), REALM) for i in range(3))
    assert [counts.take(one, 1) for one in (first, second, third)] == [True, True, True]
    assert len(counts) == 2
    assert not counts.take(first, 1)
    assert not counts.take(first, 2)
    assert counts.take(third, 2)


def test_counts_of_old_nonces_expire() -> None:
    counts = NonceCounts()
    assert counts.take(make_nonce(KEY, NOW, REALM), 1)
    counts.expire(InstantUs(NOW + NONCE_LIFE))
    assert len(counts) == 1
    counts.expire(InstantUs(NOW + NONCE_LIFE + 1))
    assert len(counts) == 0


FULL = (
    'Digest username="a",realm="roost",nonce="n",uri="u",response="r",qop=auth,nc=00000001,'
    'cnonce="c"'
)


def test_full_credentials_are_read() -> None:
    assert read_credentials(Headers({"Authorization": FULL}), REALM) is not None


@pytest.mark.parametrize(
    "line",
    [
        "NoOneKnowsThisScheme opaque-data=here",
        "Digest",
        'Digest realm="roost"',
        'Digest realm="roost" username="x"',
        'Basic realm="roost", x="y"',
        FULL.replace("roost", "elsewhere"),
        FULL.replace(",qop=auth", ""),
        FULL.replace("qop=auth", "qop=auth-int"),
        FULL.replace("nc=00000001", "nc=1"),
        FULL.replace(',cnonce="c"', ""),
        FULL + ",algorithm=SHA-512-256",
        FULL + ',username="b"',
    ],
)
def test_credentials_that_say_nothing_to_us(line: str) -> None:
    assert read_credentials(Headers({"Authorization": line}), REALM) is None


def test_among_several_credentials_ours_are_found() -> None:
    headers = given()
    headers.prepend("Authorization", 'Digest realm="elsewhere",username="a"')
    assert isinstance(read_credentials(headers, REALM), Credentials)
    assert read_credentials(headers, REALM, proxy=True) is None


def test_quotes_and_any_text_survive_both_roles() -> None:
    user, realm = 'say "hi" \\ 话务员', 'a "realm"'
    lines = challenges(KEY, NOW, realm)
    challenge = read_challenge(Headers({"Proxy-Authenticate": "\n".join(lines)}))
    assert challenge is not None
    assert challenge.proxy
    name, value = authorize(challenge, user, "pw", "INVITE", "sip:a@b", "c")
    assert name == "Proxy-Authorization"
    credentials = read_credentials(Headers({name: value}), realm, proxy=True)
    assert credentials is not None
    assert credentials.username == user
    secret = secret_of(user, realm, "pw")
    assert verify(credentials, secret, "INVITE", KEY, NOW, NonceCounts()) is Verdict.GOOD


@pytest.mark.parametrize(
    ("lines", "algorithm"),
    [
        (['Digest realm="r",nonce="n",algorithm=SHA-512-256,qop="auth"'], "none"),
        (
            [
                'Digest realm="r",nonce="n",algorithm=SHA-512-256,qop="auth"',
                'Digest realm="r",nonce="n",algorithm=MD5,qop="auth,auth-int"',
            ],
            Algorithm.MD5,
        ),
        (['Digest realm="r", nonce="n"'], None),
        (['Digest realm="r",nonce="n",qop="auth-int"'], "none"),
        (['Bearer realm="r"', 'Digest realm="r",nonce="n",algorithm=md5-sess'], Algorithm.MD5_SESS),
        (['Digest realm="r"'], "none"),
        (["garbage"], "none"),
    ],
)
def test_the_first_challenge_that_we_can_meet(lines: list[str], algorithm: object) -> None:
    challenge = read_challenge(Headers({"WWW-Authenticate": "\n".join(lines)}))
    assert (challenge.algorithm if challenge else "none") == algorithm


def test_an_old_servers_challenge_is_met_in_its_own_way() -> None:
    challenge = Challenge("r", "n", None, qop=False, opaque="o", stale=False, proxy=False)
    _, value = authorize(challenge, "u", "p", "INVITE", "sip:a@b", "c")
    assert "qop" not in value
    assert "cnonce" not in value
    assert 'opaque="o"' in value
    digest = response_of(Algorithm.MD5, secret_of("u", "r", "p"), "INVITE", "sip:a@b", "n")
    assert f'response="{digest}"' in value
