"""A Slurm of its own on loopback: controller, node daemon and munge, in a scratch folder.

Needs Debian's slurm-wlm, and nothing else: no systemd, no cgroups, no root, no configuration in /etc."""
import getpass
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

CPUS = 16  # that the node says it has
PATIENCE = 60  # seconds until the node is there
CONFIGURATION = """\
ClusterName=einsight
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket,cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmctldPort={controller_port}
SlurmdPort={node_port}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES State=UP
"""


def free_ports(count):
    """So many ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def tail(path, lines=20):
    """The end of a file, or nothing where there is none."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""


class LocalSlurm:
    """Runs while the `with` block does; all that it started is ended with it."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="einsight-slurm-"))
        self.folder.chmod(0o755)
        self.daemons = []
        self.environment = dict(os.environ, SLURM_CONF=str(self.folder / "slurm.conf"))
        for name in [name for name in self.environment if name.startswith(("SBATCH_", "SLURM_JOB"))]:
            del self.environment[name]
        try:
            self.configure()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.daemons:
            self.run("scancel", "--user", getpass.getuser(), check=False)
        for daemon in reversed(self.daemons):
            daemon.terminate()
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for process in self.left():
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def configure(self):
        """Writes slurm.conf and the key of munge."""
        for name in ("state", "spool", "munge"):
            (self.folder / name).mkdir(mode=0o755)
        key = self.folder / "munge" / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        controller_port, node_port = free_ports(2)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], user=getpass.getuser(), folder=self.folder,
            controller_port=controller_port, node_port=node_port, cpus=CPUS))

    def start(self):
        """Starts the daemons and waits for the node."""
        munge = self.folder / "munge"
        self.daemon("munged", "--foreground", f"--key-file={munge}/key", f"--socket={munge}/socket",
                    f"--pid-file={munge}/pid", f"--log-file={munge}/log", f"--seed-file={munge}/seed")
        self.wait_for("munge", lambda: (munge / "socket").exists())
        self.daemon("slurmctld", "-D")
        self.daemon("slurmd", "-D")
        self.wait_for("the node",
                      lambda: self.run("sinfo", "-h", "-o", "%T", check=False).strip() == "idle")

    def daemon(self, *command):
        """Starts a process in the foreground of its own log."""
        paths = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])
        program = shutil.which(command[0], path=paths)
        if program is None:
            raise SystemExit(f"slurm: there is no {command[0]}; ./dev slurm installs slurm-wlm")
        with open(self.folder / f"{command[0]}.out", "w", encoding="utf-8") as log:
            self.daemons.append(subprocess.Popen([program, *command[1:]], env=self.environment,
                                                 stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def run(self, *command, check=True):
        """What a command of Slurm (or another in its environment) prints."""
        done = subprocess.run(command, env=self.environment, text=True, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if check and done.returncode != 0:
            raise SystemExit(f"slurm: {' '.join(map(str, command))}: {done.stdout}")
        return done.stdout

    def job(self, number):
        """What the controller knows of a job: {'JobState': 'RUNNING', 'Restarts': '0', …}"""
        words = self.run("scontrol", "--oneliner", "show", "job", number).split()
        return dict(word.split("=", 1) for word in words if "=" in word)

    def wait_for(self, what, is_there, patience=PATIENCE):
        """Asks until it is there; ends everything with the daemons' last words where it never is."""
        end = time.monotonic() + patience
        while not is_there():
            ended = [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]
            if ended or time.monotonic() > end:
                words = "\n".join(f"{log.name}: {tail(log)}" for log in
                                  sorted([*self.folder.glob("*.out"), *self.folder.glob("*.log")]))
                why = f"{', '.join(ended)} ended" if ended else f"not there after {patience} s"
                raise SystemExit(f"slurm: waiting for {what}: {why}\n{words}")
            time.sleep(0.1)

    def left(self):
        """Processes that still run in the environment of this Slurm, by their ids."""
        mark = f"SLURM_CONF={self.folder}/slurm.conf".encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0") and int(path.parts[2]) != os.getpid():
                    found.append(int(path.parts[2]))
            except OSError:
                continue  # another user's, or gone
        return found
