"""Turns a workload's neutral description into a rollsafe checklist.

spec = {
  "name": str, "jobs": int,
  "steps": [
    {"id", "kind": "command", "argv": [..], "needs": [ids]},
    {"id", "kind": "http", "url", "status", "headers": {..}, "json": {path: value},
     "retry": {"timeout_s": float, "interval_ms": int}},
    {"id", "kind": "git", "clean": bool, "annotated_semver_tag": bool,
     "greatest": bool, "previous_is_ancestor": bool},
    {"id", "kind": "latency", "url", "requests", "concurrency"},
  ]}

The kind `latency` is not built yet: workload W7 leaves rollsafe out.
"""
import json
import os
import re
import shlex


def _value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value)  # a JSON string is a valid TOML basic string
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(x)}" for k, x in value.items()) + " }"
    raise TypeError(type(value))


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", text.lower()).strip("-")


def _step(step: dict) -> list[dict]:
    common = {"id": _name(step["id"])}
    if step.get("needs"):
        common["needs"] = [_name(need) for need in step["needs"]]
    match step["kind"]:
        case "command":
            return [common | {"kind": "command", "command": step["argv"], "effect": "read"}]
        case "http":
            return [common | _http(step)]
        case "git":
            return [
                common | {"kind": "git-clean"},
                {"id": common["id"] + "-tag", "kind": "git-tag", "tag": "{{ tag }}", "remote": "none"},
            ]
        case other:
            raise NotImplementedError(other)


def _http(step: dict) -> dict:
    expect = {"status": step.get("status", 200)}
    if step.get("headers"):
        expect["headers"] = step["headers"]
    if step.get("json"):
        expect["json"] = {key if key.startswith("$") else f"$.{key}": value for key, value in step["json"].items()}
    request = {"name": "get", "url": step["url"], "expect": expect}
    written = {"kind": "http-scenario", "request": [request]}
    if step.get("retry"):
        retry = step["retry"]
        written["until"] = {
            "within": f"{int(retry['timeout_s'])}s",
            "interval": f"{int(retry.get('interval_ms', 250))}ms",
        }
    return written


def render(spec: dict) -> str:
    lines = ["[checklist]", f"name = {_value(_name(spec['name']))}", 'owner = "bench"', 'rollback = "nothing to do"', ""]
    for step in spec["steps"]:
        for written in _step(step):
            lines.append("[[step]]")
            lines += [f"{key} = {_value(value)}" for key, value in written.items()]
            lines.append("")
    return "\n".join(lines)


def argv(binary: str, file, spec: dict) -> list[str]:
    words = shlex.split(os.environ.get("PRODUCT_ARGS", "run --jobs {jobs} {file}"))
    return [binary] + [word.format(jobs=spec.get("jobs", 1), file=str(file)) for word in words]


def latency(stdout: str) -> dict | None:
    """Percentiles in ms from the output; none until the kind `latency` is built."""
    return None
