import { environmentFile, quoted } from './environment.ts';
import type { Told } from './tell.ts';

/** What can be tried, as a shell takes it. */
export function advice(folder: string, url: string, told: Told): string {
  const { run, conflict, reader, renamed } = told;
  return `
Rollcall's demo listens on ${url}; its portal is still to come, so it is looked at by command and through the API.
In another terminal, in this folder:

  . ${quoted(environmentFile(folder))}

What the Google sync did, what waits for you, and why:

  rollcall google runs workspace
  rollcall google run show ${run.id} --state held --limit 5
  rollcall google approve ${run.id} --hash ${run.planHash} --wait

Whom it left out until somebody decides:

  rollcall google conflicts workspace
  rollcall domain add example.org
  rollcall domain verify example.org --trust
  rollcall google resolve workspace ${quoted(conflict)} --rename ${quoted(`${conflict} (Google)`)}
  rollcall google sync workspace --wait

Who has the wiki, who waits for a seat, and why:

  rollcall application show wiki
  rollcall access explain ${quoted(reader)} --application chat
  api "$API/applications/wiki"
  api "$API/users/${encodeURIComponent(renamed)}"

What happened to whom:

  rollcall log list --limit 10
  rollcall log list --outcome waiting --limit 5
  rollcall log list --subject ${quoted(renamed)}

Let Google answer without any users: the run fails, and nobody is removed. Then let it work again:

  curl -s -X POST "$EMULATOR/__emu/faults" -d '{"name":"empty-users-200"}'; echo
  rollcall google sync workspace --wait
  curl -s -X DELETE "$EMULATOR/__emu/faults"; echo

Everything is gone again after Ctrl-C.`;
}
