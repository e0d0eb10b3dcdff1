#!/usr/bin/env python3
"""What happens to a job when the machine does not behave: nothing may be lost, nothing wrong in silence.

    python3 faults.py LPNTK DATA CHECKPOINT FOLDER [--kills 200] [--rows 6000] [--seed 1]

Three kinds of jobs: the kernel of one set, the kernel between two sets, and samples added to a finished run. Every case
ends with a run whose files have the same bytes as those of an undisturbed one. FOLDER is made and removed.
Cases that need what this machine lacks (root for file systems of their own, cgroups, faketime) say so and are skipped.
Exit code: 0 all as it should be, 1 not, 77 when the data set is missing.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

PLENTY = "4G"  # all signals at once


class Wrong(Exception):
    pass


class Skipped(Exception):
    pass


class Jobs:
    """Jobs of one kind, and what they must make."""

    arrays = ("kernel.npy", "pyramid/level_3.npy")  # that are written tile by tile
    word = "tile"  # how the journal calls a piece of work

    def __init__(self, options):
        self.lpntk, self.folder, self.rows = options.lpntk, pathlib.Path(options.folder), options.rows
        self.job = ["--data", options.data, "--weights", options.checkpoint]
        self.kills = options.kills
        self.random = random.Random(options.seed)
        self.straight = self.folder / "straight"

    def verb(self):
        return ["kernel", "--limit", str(self.rows)]

    def prepare(self):
        self.finish(self.straight)
        self.tight = None

    def tight_memory(self):
        """So little that a begun job goes on with one thread and with signals in panels, computed again and again."""
        if not self.tight:
            self.learn(self.refusal(self.start(self.half_done("tight"), "--resume", memory="64M", threads=1), "already needs"))
        return self.tight

    def learn(self, errors):
        """The least that a refusal names, a little less than it advises; False when it is about something else."""
        least = re.search(r"already needs (\d+) MB", errors)
        if least:
            self.tight = f"{int(least[1]) + 8}M"
        return bool(least)

    def finish_tightly(self, run):
        for _ in range(3):
            memory = self.tight_memory()
            process = self.start(run, "--resume", memory=memory, threads=1)
            _, errors = process.communicate()
            if process.returncode == 0:
                return memory
            if not self.learn(errors):
                raise Wrong(f"exit code {process.returncode}: {errors.strip()}")
        raise Wrong(f"what was said to be enough was not: {errors.strip()}")

    def in_panels(self, run):
        planned = json.loads((run / "manifest.json").read_text())["timings"]["prediction"]
        return planned.get("panel_rows", self.rows) < self.rows or planned.get("panel_columns", self.rows) < self.columns()

    def columns(self):
        return self.rows

    def command(self, run, *more, memory=PLENTY, threads=2):
        return [self.lpntk, *self.verb(), *self.job, "--out", str(run), "--memory", memory, "--threads", str(threads),
                "--quiet", *more]

    def start(self, run, *more, limits=None, **options):
        return subprocess.Popen(self.command(run, *more, **options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                text=True, preexec_fn=limits)

    def finish(self, run, *more, prefix=(), **options):
        """Runs to the end, which must be a good one."""
        done = subprocess.run([*prefix, *self.command(run, *more, **options)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Wrong(f"exit code {done.returncode}: {done.stderr.strip()}")

    def refusal(self, process, *words):
        """A job that fails must do so with one sentence that says this."""
        _, errors = process.communicate(timeout=600)
        if process.returncode != 1:
            raise Wrong(f"exit code {process.returncode} in place of a refusal: {errors.strip()}")
        for word in words:
            if word not in errors:
                raise Wrong(f"\"{word}\" is not in: {errors.strip()}")
        return errors

    def same(self, run):
        """The same files with the same bytes; the manifest and the audit name folders and times."""
        def content(folder):
            return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        if content(run) != content(self.straight):
            raise Wrong(f"files differ: {set(content(run)) ^ set(content(self.straight))}")
        other = [str(name) for name in content(run) if name.name != "manifest.json"
                 and (run / name).read_bytes() != (self.straight / name).read_bytes()]
        if other:
            raise Wrong(f"other bytes in {', '.join(other)}; products by {self.backend(run)} and "
                        f"{self.backend(self.straight)}")

    @staticmethod
    def backend(run):
        return json.loads((run / "manifest.json").read_text())["plan"]["backend"]

    def fresh(self, name="run"):
        shutil.rmtree(self.folder / name, ignore_errors=True)
        return self.folder / name

    def pieces(self, run):
        """How many the journal knows as stored."""
        return (run / "journal").read_text().count(self.word)

    def begun(self, run, process, tiles):
        """Waits until this many tiles are stored; False when the job ended before."""
        while process.poll() is None:
            with contextlib.suppress(OSError):
                if self.pieces(run) >= tiles:
                    return True
            time.sleep(0.002)
        return False

    def half_done(self, name="run"):
        """A job stopped in the middle of its tiles, with its state saved: one killed this young would begin anew."""
        for _ in range(20):
            run = self.fresh(name)
            process = self.start(run)
            begun = self.begun(run, process, self.random.randint(3, 15))
            process.send_signal(signal.SIGINT)
            process.communicate()
            if begun and process.returncode == 130 and (run / "state.bin").exists():
                return run
        raise Wrong("no job could be stopped in the middle")

    def computed(self, run):
        """How many pieces the last program that worked on a finished run computed."""
        timings = json.loads((run / "manifest.json").read_text())["timings"]
        return timings.get("tiles_computed", timings.get("pieces_computed"))


class CrossJobs(Jobs):
    """Training against test pictures."""

    arrays, word = ("kernel.npy",), "piece"

    def verb(self):
        return ["cross", "--limit", str(self.rows), "--against", "test", "--against-limit", str(self.columns())]

    def columns(self):
        return self.rows * 2 // 3


class GrowingJobs(Jobs):
    """A third of the samples is added to a run of the others."""

    def base(self):
        return self.folder / "base"

    def verb(self):
        limit = self.rows if self.base().exists() else self.rows * 2 // 3
        extend = ["--extend", str(self.base())] if self.base().exists() else []
        return ["kernel", "--limit", str(limit), *extend]

    def prepare(self):
        self.finish(self.base())
        super().prepare()


def bits(jobs):
    """The same again, with one thread, and half of it with signals in panels."""
    for options in ({}, {"threads": 1}):
        run = jobs.fresh()
        jobs.finish(run, **options)
        jobs.same(run)
    jobs.tight_memory()
    run = jobs.half_done()
    memory = jobs.finish_tightly(run)
    jobs.same(run)
    if jobs.computed(run) >= jobs.computed(jobs.straight):
        raise Wrong("what was saved was computed again")
    if not jobs.in_panels(run):
        raise Wrong(f"{memory} was enough for all signals at once")
    return f"again, with 1 thread, in panels within {memory}"


def killed(jobs):
    """kill -9 at random moments, over and over, with other threads and budgets each time. Jobs this young have saved
    nothing yet, so one in three is stopped by Ctrl C instead, and the next ones go on from what that saved."""
    start = time.monotonic()
    jobs.finish(jobs.fresh(), threads=1)
    longest = 1.1 * (time.monotonic() - start)
    run, kills, stops, finished, went_on = jobs.fresh(), 0, 0, 0, 0
    phases = {"before its files": 0, "signals": 0, "tiles": 0, "at the end": 0}
    total = len((jobs.straight / "journal").read_text().splitlines())
    while kills < jobs.kills:
        # What the first plan chose stays, so it is made with plenty.
        tight = run.exists() and jobs.random.random() < 0.5
        options = {"memory": jobs.tight_memory(), "threads": 1} if tight else {"threads": jobs.random.choice((1, 2))}
        process = jobs.start(run, "--resume", **options)
        try:
            process.wait(timeout=jobs.random.uniform(0, longest))
        except subprocess.TimeoutExpired:
            if jobs.random.random() < 1 / 3:
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate()
                if process.returncode not in (0, 130, -signal.SIGINT):
                    raise Wrong(f"stopped, exit code {process.returncode}: {errors.strip()}")
                stops += 1
                continue
            process.kill()
            process.communicate()
            kills += 1
            tiles = jobs.pieces(run) if (run / "journal").exists() else -1
            phases["before its files" if tiles < 0 else "signals" if tiles == 0 else
                   "tiles" if tiles < total else "at the end"] += 1
            continue
        errors = process.stderr.read()
        if tight and process.returncode == 1 and jobs.learn(errors):
            continue  # the program itself holds a little more than before
        if process.returncode != 0:
            raise Wrong(f"after {kills} kills: exit code {process.returncode}: {errors.strip()}")
        jobs.same(run)
        finished += 1
        went_on += jobs.computed(run) < jobs.computed(jobs.straight)
        run = jobs.fresh()
    jobs.finish(run, "--resume")
    jobs.same(run)
    return f"{kills} kills, {stops} stops, {finished + 1} runs finished, {went_on} of them from what was saved; " + ", ".join(f"{n} {phase}" for phase, n in phases.items())


def bit_flips(jobs):
    """Bits of stored tiles, of the saved state and of the journal turn over while the job does not run."""
    for name in (*jobs.arrays, "state.bin", "journal"):
        run = jobs.half_done()
        path = run / name
        content = bytearray(path.read_bytes())
        for _ in range(50):
            # Not the header: a file of another size or type is refused, as tests of bad files show.
            place = jobs.random.randrange(min(4096, len(content) // 2), len(content))
            content[place] ^= 1 << jobs.random.randrange(8)
        path.write_bytes(content)
        jobs.finish(run, "--resume")
        jobs.same(run)
    return f"in {', '.join(jobs.arrays)}, state, journal"


def copied(jobs):
    """A folder that is copied while a job writes into it is as good as one that was killed."""
    run, copy = jobs.fresh(), jobs.fresh("copy")
    process = jobs.start(run)
    if not jobs.begun(run, process, 4):
        raise Wrong("the job ended too early")
    subprocess.run(["cp", "-r", run, copy], check=False, stderr=subprocess.DEVNULL)
    process.communicate()
    jobs.same(run)
    jobs.finish(copy, "--resume")
    jobs.same(copy)


def two_writers(jobs):
    run = jobs.fresh()
    process = jobs.start(run)
    while process.poll() is None and not (run / "journal").exists():
        time.sleep(0.002)
    process.send_signal(signal.SIGSTOP)
    try:
        jobs.refusal(jobs.start(run, "--resume"), "another program")
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate()
    jobs.same(run)


def clocks(jobs):
    """Files from the past and the future; the program's own clock turned back where faketime is there."""
    run = jobs.half_done()
    for path in run.rglob("*"):
        moment = jobs.random.choice((0, time.time() + 1e8))
        os.utime(path, (moment, moment))
    jobs.finish(run, "--resume")
    jobs.same(run)
    if not shutil.which("faketime"):
        return "times of files; faketime is not installed"
    run = jobs.half_done()
    jobs.finish(run, "--resume", prefix=("faketime", "-f", "-20y"))
    jobs.same(run)
    return "times of files, clock 20 years back"


def little_memory(jobs):
    """Less address space than the plan believes: a sentence, and a folder to go on with or none."""
    run = jobs.fresh()
    for megabytes in (300, 900, 1200, 1500, 1800, 2200):
        def limits(size=megabytes << 20):
            resource.setrlimit(resource.RLIMIT_AS, (size, size))
        process = jobs.start(run, "--resume", limits=limits)
        _, errors = process.communicate()
        if process.returncode == 0:
            break
        if process.returncode != 1 or not errors.strip():
            raise Wrong(f"{megabytes} MB: exit code {process.returncode}: {errors.strip()}")
    jobs.finish(run, "--resume")
    jobs.same(run)


def cgroup(jobs):
    """A control group that kills the job when it takes more than it may."""
    group = pathlib.Path("/sys/fs/cgroup/lpntk-faults")
    try:
        group.mkdir()
        if not (group / "memory.max").exists():
            raise OSError(0, "not a control group")
        (group / "memory.max").write_text(str(160 << 20))
    except OSError as problem:
        with contextlib.suppress(OSError):
            group.rmdir()
        raise Skipped(f"no control groups here ({problem.strerror})")
    try:
        run = jobs.fresh()
        process = jobs.start(run, limits=lambda: (group / "cgroup.procs").write_text(str(os.getpid())))
        process.communicate()
        ended = process.returncode
    finally:
        for _ in range(100):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            time.sleep(0.05)
    jobs.finish(run, *(["--resume"] if run.exists() else []))
    jobs.same(run)
    return f"the job ended with {ended}"


@contextlib.contextmanager
def file_system(folder, megabytes):
    folder.mkdir(exist_ok=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
                      stderr=subprocess.DEVNULL).returncode != 0:
        raise Skipped("file systems of one's own want root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def full_disk(jobs):
    size = sum(path.stat().st_size for path in jobs.straight.rglob("*") if path.is_file()) >> 20
    with file_system(jobs.folder / "disk", size // 2) as disk:
        jobs.refusal(jobs.start(disk / "run"), "disk space")
        if list(disk.iterdir()):
            raise Wrong(f"a refused job left {list(disk.iterdir())}")
    with file_system(jobs.folder / "disk", 2 * size + 64) as disk:
        run, filler = disk / "run", disk / "filler"
        process = jobs.start(run)
        if not jobs.begun(run, process, 2):
            raise Wrong("the job was done before its disk could be filled")
        # The rest of the disk is taken away in the middle of the job, which may not be done before.
        process.send_signal(signal.SIGSTOP)
        with contextlib.suppress(OSError), open(filler, "wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
        process.send_signal(signal.SIGCONT)
        _, errors = process.communicate()
        if process.returncode != 1 or not errors.strip():
            raise Wrong(f"exit code {process.returncode}: {errors.strip()}")
        filler.unlink()
        jobs.finish(run, "--resume")
        jobs.same(run)
    return f"refused at once; filled up while it ran: {errors.strip().splitlines()[-1]}"


def read_only(jobs):
    with file_system(jobs.folder / "disk", 64) as disk:
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        jobs.refusal(jobs.start(disk / "run"), str(disk))


EVERY = (bits, two_writers, copied, bit_flips, little_memory, full_disk, killed)
KINDS = {"kernel": (Jobs, (*EVERY, clocks, cgroup, read_only)),
         "cross": (CrossJobs, EVERY),
         "growing": (GrowingJobs, EVERY)}


def run_kind(kind, options):
    """How many cases went wrong."""
    make, cases = KINDS[kind]
    shutil.rmtree(options.folder, ignore_errors=True)
    pathlib.Path(options.folder).mkdir(parents=True)
    jobs, wrong = make(options), 0
    jobs.prepare()
    for case in cases:
        if options.only and case.__name__ not in options.only:
            continue
        start = time.monotonic()
        try:
            outcome = case(jobs) or "as it should be"
        except Skipped as reason:
            outcome = f"skipped: {reason}"
        except Wrong as reason:
            outcome, wrong = f"WRONG: {reason}", wrong + 1
        print(f"{kind}, {case.__name__}: {outcome} ({time.monotonic() - start:.0f} s)", flush=True)
    return wrong


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lpntk", "data", "checkpoint", "folder"):
        arguments.add_argument(name)
    arguments.add_argument("--kills", type=int, default=200, help="of every kind of job")
    arguments.add_argument("--rows", type=int, default=6000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--kind", choices=KINDS, action="append")
    arguments.add_argument("--only", choices=[case.__name__ for case in KINDS["kernel"][1]], action="append")
    options = arguments.parse_args()
    if not pathlib.Path(options.data).exists():
        print(f"{options.data} is missing; install the package dataset-fashion-mnist")
        return 77
    try:
        wrong = sum(run_kind(kind, options) for kind in options.kind or KINDS)
    finally:
        shutil.rmtree(options.folder, ignore_errors=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
