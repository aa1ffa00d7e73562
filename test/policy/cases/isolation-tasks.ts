import type { Cases } from "../support/cases.ts";
import { on } from "../support/on.ts";

const task = on("aws:ecs/taskDefinition:TaskDefinition");
const sound = { name: "backend", image: "x", user: "10001:10001", readonlyRootFilesystem: true };
const of = (...containers: readonly Record<string, unknown>[]) => ({
  networkMode: "awsvpc",
  containerDefinitions: JSON.stringify(containers),
});
const without = (key: keyof typeof sound) => Object.fromEntries(Object.entries(sound).filter(([name]) => name !== key));

/** Containers of ECS, kept apart from their machine. */
export const taskIsolationCases: Cases = {
  "task-privileges": [
    task.accepts("containers without", of(sound, { ...sound, privileged: false })),
    task.accepts(
      "capabilities that are dropped",
      of({ ...sound, linuxParameters: { capabilities: { drop: ["ALL"] } } }),
    ),
    task.refuses("a privileged one", of(sound, { ...sound, name: "agent", privileged: true }), [
      'runs container "agent" privileged.',
    ]),
    task.refuses("capabilities", of({ ...sound, linuxParameters: { capabilities: { add: ["SYS_PTRACE"] } } }), [
      'gives container "backend" the capability SYS_PTRACE.',
    ]),
  ],
  "task-root-filesystem": [
    task.accepts("a read-only one", of(sound)),
    task.refuses("the default", of(without("readonlyRootFilesystem")), [
      'lets container "backend" write to its root file system.',
    ]),
    task.refuses("one that can be written", of({ ...without("name"), readonlyRootFilesystem: false }), [
      "lets a container without a name write to its root file system.",
    ]),
  ],
  "task-root-user": [
    task.accepts("a number", of(sound)),
    task.accepts("a name", of({ ...sound, user: "app" })),
    task.refuses("whatever the image says", of(without("user")), [
      'leaves the user of container "backend" to its image.',
    ]),
    task.refuses("root", of({ ...sound, user: "root" }), ['runs container "backend" as root.']),
    task.refuses("root by number, with a group", of({ ...sound, user: "0:10001" }), [
      'runs container "backend" as root.',
    ]),
  ],
  "task-host-namespaces": [
    task.accepts("an address of its own", of(sound)),
    task.accepts("processes that a task's containers share", { ...of(sound), pidMode: "task" }),
    task.refuses("all of them", { ...of(sound), networkMode: "host", pidMode: "host", ipcMode: "host" }, [
      "shares the network of its machine.",
      "shares the processes of its machine.",
      "shares the shared memory of its machine.",
    ]),
  ],
};
