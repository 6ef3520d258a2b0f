"""Made-up organizations (bench/make_iam_org.py) and their proofs.

    planted.py check PROOF.json ANSWERS.json

prints what of the planted leaks the proof does not tell, what it tells that is none, and ends with 1 if there is any.
"""
import json
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")


def run(command, good=(0,)):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


def organization(out, *options):
    """Makes one; its answers."""
    run([sys.executable, os.path.join(ROOT, "bench", "make_iam_org.py"), "--out", out, *options])
    with open(os.path.join(out, "answers.json"), encoding="utf-8") as f:
        return json.load(f)


def proof(ward, folder, bundle="bundle.jsonl.gz"):
    """The exit status and the document of `ward prove --iam`."""
    store = os.path.join(folder, "ward.db")
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(store + suffix):
            os.unlink(store + suffix)
    run([ward, "import", "--db", store, os.path.join(folder, bundle)])
    done = run([ward, "prove", "--iam", "--db", store, "--config", os.path.join(folder, "ward.yaml"), "--output", "json"], (0, 1, 3))
    return done.returncode, json.loads(done.stdout)


def cells(document):
    return {(c["subject"], c["object"]): c for c in document["cells"]}


def verdict(found, cell):
    """What is not listed is proved, as in a matrix that is too large to be listed whole."""
    return found[cell]["verdict"] if cell in found else "proved"


def explained(leaks, cell):
    return any(subject in ("*", cell[0]) and target == cell[1] for leak in leaks for subject, target in leak["cells"])


def ends_at(cell, resource):
    """Whether the chain ends at the store; a bucket's objects are the bucket's."""
    end = cell["chain"][-1]["to"] if cell["chain"] else ""
    return end == resource or end.startswith(resource + "/")


def check(document, answers):
    """Lines on what is wrong: leaks without a violated cell, cells that are violated or unknown without a leak."""
    found, wrong = cells(document), []
    for leak in answers["leaks"]:
        cell = (leak["from"], leak["to"])
        if verdict(found, cell) != "violated":
            wrong.append(f"{leak['kind']}: {cell} is {verdict(found, cell)}")
    for cell, c in found.items():
        if c["verdict"] in ("violated", "unknown") and not explained(answers["leaks"], cell):
            wrong.append(f"{cell} is {c['verdict']}, and nothing is planted there: {c['reason']}")
    return wrong


def check_chains(document, answers):
    """The same where at most one kind is planted: each chain ends at the right store and passes the right principals."""
    found, wrong = cells(document), check(document, answers)
    stores = {}
    for leak in answers["leaks"]:
        stores.setdefault((leak["from"], leak["to"]), []).append(leak)
    for cell, leaks in stores.items():
        c = found.get(cell)
        if not c or c["verdict"] != "violated":
            continue
        steps = {x for hop in c["chain"] for x in (hop["from"], hop["to"])}
        if not any((not leak["resource"] or ends_at(c, leak["resource"])) and steps >= set(leak["through"]) for leak in leaks):
            wrong.append(f"{leaks[0]['kind']}: the chain of {cell} is {[(h['from'], h['to']) for h in c['chain']]}, wanted "
                         f"{[(leak['through'], leak['resource']) for leak in leaks]}")
    return wrong


def main():
    if len(sys.argv) != 4 or sys.argv[1] != "check":
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as p, open(sys.argv[3], encoding="utf-8") as a:
        wrong = check(json.load(p), json.load(a))
    print("\n".join(wrong) or "every planted leak is told, and nothing else")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
