"""A mail server that answers each stage as it is told, whatever the mail is."""

from typing import Any

from aiosmtpd.controller import Controller

from config import local

OK = "250 OK"


class MailServer(Controller):
    """`answers` by stage; a stage without one says OK. Counts mails it `sent`, and connections."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.connections = self.sent = 0
        super().__init__(_stages(self), hostname="127.0.0.1", port=local.free_port())

    def factory(self) -> Any:
        self.connections += 1
        build: Any = super().factory
        return build()


def _stages(server: MailServer) -> object:
    """A handler as aiosmtpd wants it: one method for each stage."""

    async def ehlo(_: Any, __: Any, session: Any, ___: Any, name: str, offers: list[str]) -> Any:
        session.host_name = name
        return [server.answers["EHLO"]] if "EHLO" in server.answers else offers

    async def helo(_: Any, __: Any, session: Any, ___: Any, name: str) -> str:
        session.host_name = name
        return server.answers.get("EHLO", OK)

    async def mail(_: Any, __: Any, ___: Any, envelope: Any, address: str, ____: Any) -> str:
        envelope.mail_from = address
        return server.answers.get("MAIL", OK)

    async def rcpt(_: Any, __: Any, ___: Any, envelope: Any, address: str, ____: Any) -> str:
        if "RCPT" not in server.answers:
            envelope.rcpt_tos.append(address)
        return server.answers.get("RCPT", OK)

    async def take(_: Any, __: Any, ___: Any, ____: Any) -> str:
        server.sent += "DATA" not in server.answers
        return server.answers.get("DATA", OK)

    async def rset(_: Any, __: Any, ___: Any, ____: Any) -> str:
        return server.answers.get("RSET", OK)

    methods = {"RSET": rset, "EHLO": ehlo, "HELO": helo, "MAIL": mail, "RCPT": rcpt, "DATA": take}
    named = {f"handle_{stage}": method for stage, method in methods.items()}
    return type("Stages", (), named)()
