"""Made-up organizations (bench/make_net_org.py) and the network half of their proofs.

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
    run([sys.executable, os.path.join(ROOT, "bench", "make_net_org.py"), "--out", out, *options])
    with open(os.path.join(out, "answers.json"), encoding="utf-8") as f:
        return json.load(f)


def proof(ward, folder):
    """The exit status and the document of `ward prove --network`."""
    store = os.path.join(folder, "ward.db")
    run([ward, "import", "--db", store, os.path.join(folder, "bundle.jsonl.gz")])
    done = run([ward, "prove", "--network", "--db", store, "--config", os.path.join(folder, "ward.yaml"), "--output", "json"], (0, 1, 3))
    return done.returncode, json.loads(done.stdout)


def cells(document):
    return {(c["subject"], c["object"]): c for c in document["cells"]}


def verdict(found, cell):
    """What is not listed is proved, as in a matrix that is too large to be listed whole."""
    return found[cell]["verdict"] if cell in found else "proved"


def explained(leaks, cell):
    return any(subject in ("*", cell[0]) and target == cell[1] for leak in leaks for subject, target in leak["cells"])


def check(document, answers):
    """Lines on what is wrong: leaks without a violated cell, cells that are violated or unknown without a leak."""
    found, wrong = cells(document), []
    for leak in answers["leaks"]:
        cell = (leak["from"], leak["to"])
        if verdict(found, cell) != "violated":
            wrong.append(f"{leak['kind']}: {cell} is {verdict(found, cell)}")
    near = {tuple(cell): miss["kind"] for miss in answers["near"] for cell in miss["cells"]}
    for cell, c in found.items():
        if c["verdict"] in ("violated", "unknown") and not explained(answers["leaks"], cell):
            beside = f" (a near miss of {near[cell]})" if cell in near else ""
            wrong.append(f"{cell} is {c['verdict']}{beside}, and nothing is planted there: {c['reason']}")
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
