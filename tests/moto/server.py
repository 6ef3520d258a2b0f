#!/usr/bin/env python3
"""moto's server, closer to AWS and the same in every run: tests/moto/server.py [--clock TIME] -p PORT

GetAccountAuthorizationDetails lists of AWS's own policies only those in use, as AWS does (joshlarsen/aws-recon#21);
moto lists all 1,500 in every account. Ids that moto does not draw from its own seed are counted. With --clock every clock that moto reads stands still at TIME, but for that of
STS, whose credentials must not have run out.
"""
import datetime
import itertools
import random
import sys
import time
import uuid

real = datetime.datetime


class AnyDatetime(type(real)):
    """What is a datetime to others stays one."""

    def __instancecheck__(cls, thing):
        return isinstance(thing, real)

    def __subclasscheck__(cls, other):
        return issubclass(other, real)


def stop_clock(when):
    class Stopped(real, metaclass=AnyDatetime):
        """datetime.datetime whose now is always `when`."""

        @classmethod
        def now(cls, tz=None):
            return cls.fromtimestamp(when.timestamp(), tz)

        @classmethod
        def utcnow(cls):
            return cls.now(datetime.timezone.utc).replace(tzinfo=None)

        @classmethod
        def today(cls):
            return cls.now()

    datetime.datetime = Stopped
    time.time = when.timestamp
    import moto.sts.models  # pylint: disable=import-outside-toplevel
    moto.sts.models.utcnow = lambda: real.now(datetime.timezone.utc).replace(tzinfo=None)


def fix_ids():
    drawn = random.Random(164312)
    uuid.uuid4 = lambda: uuid.UUID(int=drawn.getrandbits(128), version=4)
    import moto.elbv2.models  # pylint: disable=import-outside-toplevel
    rules = itertools.count(0x5eed000000000001)
    # The id of a rule is where it lies in memory: id(self).
    moto.elbv2.models.id = lambda _: f"{next(rules):016x}"


def list_policies_in_use():
    from moto.iam.models import IAMBackend  # pylint: disable=import-outside-toplevel
    whole = IAMBackend.get_account_authorization_details

    def in_use(self, policy_filter):
        found = whole(self, policy_filter)
        found["managed_policies"] = [p for p in found["managed_policies"] if p.attachment_count or p not in self.aws_managed_policies]
        return found
    IAMBackend.get_account_authorization_details = in_use


def main():
    if sys.argv[1:2] == ["--clock"]:
        stop_clock(real.fromisoformat(sys.argv[2].replace("Z", "+00:00")))
        del sys.argv[1:3]
    fix_ids()
    list_policies_in_use()
    from moto.server import main as serve  # pylint: disable=import-outside-toplevel
    serve(sys.argv[1:])


if __name__ == "__main__":
    main()
