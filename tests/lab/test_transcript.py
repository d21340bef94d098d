"""What a transcript shows of a credential: enough to tell two apart, too little to be of use."""

from accounts.lab.transcript import masked_body, masked_headers

SECRET = "QmFzZTY0IGlzIG5vIGVuY3J5cHRpb24"


def test_no_header_shows_a_credential() -> None:
    sent = {
        "authorization": f"Bearer {SECRET}.{SECRET}.{SECRET}",
        "cookie": f"session={SECRET}; csrftoken={SECRET}",
        "x-csrftoken": SECRET,
        "content-type": "application/json",
        "accept-encoding": "gzip",
    }
    assert masked_headers(sent) == {
        "Authorization": "Bearer QmFz….QmFz….QmFz…",
        "Cookie": "session=QmFz…; csrftoken=QmFz…",
        "X-CSRFToken": "QmFz…",
        "Content-Type": "application/json",
    }


def test_no_body_shows_a_credential() -> None:
    secret = {"access", "refresh", "password", "csrf_token", "copy"}
    shown = masked_body({"username": "lab-1", **dict.fromkeys(secret, SECRET)})
    assert shown == {"username": "lab-1", **dict.fromkeys(secret, "QmFz…")}
