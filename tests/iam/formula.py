"""Condition trees as boolean formulas, compared by truth table.

A tree is what `ward can --batch` prints: groups with "and" or "or", conditions, session names; None is "always". What
two operators say of one key is known: StringNotEquals is the opposite of StringEquals, ...IfExists and ForAllValues hold
where the key is absent, Null is the key's presence. IAM User Guide, "Condition operators".
"""
import itertools

NEGATED = {"StringNotEquals": "StringEquals", "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "StringNotLike": "StringLike",
           "NumericNotEquals": "NumericEquals", "DateNotEquals": "DateEquals", "NotIpAddress": "IpAddress",
           "ArnNotEquals": "ArnEquals", "ArnNotLike": "ArnLike"}


def leaf(node):
    """A function of a valuation; atoms are tuples."""
    op, key = node["op"], node["key"].lower()
    values = tuple(sorted(node["values"]))
    present = ("present", key)
    quantifier, _, rest = op.rpartition(":")
    if_exists = rest.endswith("IfExists")
    base = rest[:-len("IfExists")] if if_exists else rest
    if base == "Null":
        want = values[0].lower() == "false"
        return [present], lambda v: v[present] == want
    negated = base in NEGATED
    base = NEGATED.get(base, base)
    if quantifier == "ForAnyValue":
        atom = ("all" if negated else "any", base, key, values)
        return [present, atom], lambda v: (v[present] and v[atom] != negated) or (if_exists and not v[present])
    if quantifier == "ForAllValues":
        atom = ("any" if negated else "all", base, key, values)
        return [present, atom], lambda v: not v[present] or v[atom] != negated
    atom = ("one", base, key, values)
    if negated:
        return [present, atom], lambda v: not (v[present] and v[atom])
    return [present, atom], lambda v: (v[present] and v[atom]) or (if_exists and not v[present])


def compiled(node):
    if node is None:
        return [], lambda v: True
    kind = node["conditionType"]
    if kind == "group":
        parts = [compiled(c) for c in node["conditions"]]
        join = all if node["operator"] == "and" else any
        return [a for atoms, _ in parts for a in atoms], lambda v: join(f(v) for _, f in parts)
    if kind == "sessionName":
        atom = ("session", tuple(sorted(node["sessionName"])))
        atoms, f = [atom], lambda v: v[atom]
    elif kind == "condition":
        atoms, f = leaf(node)
    else:
        atom = (kind, repr(sorted(node.items())))
        atoms, f = [atom], lambda v: v[atom]
    if node.get("negated"):
        return atoms, lambda v: not f(v)
    return atoms, f


def equivalent(a, b):
    (atoms_a, f), (atoms_b, g) = compiled(a), compiled(b)
    atoms = sorted(set(atoms_a) | set(atoms_b))
    if len(atoms) > 20:
        raise ValueError(f"{len(atoms)} atoms are too many for a truth table")
    for bits in itertools.product((False, True), repeat=len(atoms)):
        v = dict(zip(atoms, bits))
        if f(v) != g(v):
            return False
    return True
