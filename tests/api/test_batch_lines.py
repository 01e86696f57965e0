from __future__ import annotations

import io
import signal
from pathlib import Path

import pytest

from agent.errors import BadInput
from api.batch_lines import Line, OrderedOutput, read_lines, resume
from api.problem import problem_line


def read(raw: bytes, limit: int = 100) -> list[Line]:
    return list(read_lines(io.BytesIO(raw), limit))


def test_lines_are_numbered_and_lose_their_ends() -> None:
    assert read(b"a\r\nb\nc") == [Line(1, b"a"), Line(2, b"b"), Line(3, b"c")]


def test_an_empty_line_is_a_bad_line_but_not_at_the_end() -> None:
    assert [(line.number, line.fault) for line in read(b"a\n\n \nb\n\n\n")] == [
        (1, None),
        (2, "The line is empty."),
        (3, "The line is empty."),
        (4, None),
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_at_the_limit_is_read_and_one_above_is_not(end: bytes) -> None:
    assert read(b"x" * 100 + end)[0].fault is None
    assert "at most 100" in str(read(b"x" * 101 + end)[0].fault)


def test_a_huge_line_is_passed_over_and_the_next_is_read() -> None:
    huge, after = read(b"x" * 1_000_000 + b"\nnext\n")
    assert huge.raw == b""
    assert huge.fault == "The line has 1000001 bytes; at most 100 are read."
    assert after == Line(2, b"next")


def test_half_a_line_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_bytes(b'{"id":1}\n' + problem_line(2, "x") + b'\n{"id":')
    done = resume(file)
    done.stream.close()
    assert (done.lines, done.problems) == (2, 1)
    assert file.read_bytes().endswith(b"}\n")


def test_a_file_that_is_no_output_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear all")
    with pytest.raises(BadInput, match="no output of a batch"):
        resume(file)
    assert file.read_text() == "Dear all"


def test_output_of_another_input_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    file.write_bytes(b'{"client_id":"a"}\n')
    done = resume(file)
    with done.stream, pytest.raises(BadInput, match="another run"):
        done.skip(iter([Line(1, b'{"id":"b"}')]))
    done = resume(file)
    with done.stream, pytest.raises(BadInput, match="more than the input"):
        done.skip(iter([]))


def test_an_interrupt_within_a_write_waits_for_its_end(tmp_path: Path) -> None:
    class Interrupting(io.BytesIO):
        def write(self, data: object) -> int:
            signal.raise_signal(signal.SIGINT)
            return super().write(data)  # type: ignore[arg-type]

        def close(self) -> None:
            pass

    done = resume(tmp_path / "out.jsonl")
    done.stream.close()
    done.stream = Interrupting()
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), OrderedOutput(done) as output:
        output.write([b'{"a":1}\n', b'{"b":2}\n'])
    assert done.stream.getvalue() == b'{"a":1}\n{"b":2}\n'
    assert signal.getsignal(signal.SIGINT) is before
