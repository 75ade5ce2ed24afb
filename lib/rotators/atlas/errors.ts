import { RotationError } from "../../errors.ts";
import { CloneForeign, UsersMissing } from "../login/pair-errors.ts";

/** There is no such project, or none that this service account may see. */
export class ProjectMissing extends RotationError {
  /** @param admin the secret that holds the service account */
  constructor(project: string, admin: string) {
    super({
      code: "ATLAS_PROJECT_NOT_FOUND",
      subject: project,
      happened: `Atlas has no project ${project} that the service account of ${admin} may see.`,
      remedy:
        "Correct project in rotation.yml (its id is in the console's URL after /v2/), or give the service account the role Project Database Access Admin in it.",
    });
  }
}

/** Atlas took a change of a user, and the cluster does not know it yet. */
export class ChangePending extends RotationError {
  /** @param address of the cluster, as `host:port` */
  constructor(address: string, username: string, seconds: number) {
    super({
      code: "ATLAS_CHANGE_PENDING",
      retryable: true,
      subject: username,
      happened: `Atlas accepted the new password of database user ${username}, but ${address} did not accept it within ${seconds} s.`,
      remedy:
        "It is retried automatically. If this persists, check in the Atlas console whether the project's clusters are still applying changes, whether the user's scopes leave this cluster out, and whether the host belongs to this project.",
    });
  }
}

/** For messages. */
export const projectName = (project: string): string => `Atlas project ${project}`;

export const usersMissing = (project: string, owner: string) =>
  new UsersMissing(
    projectName(project),
    owner,
    `Create it: atlas dbusers create --username ${JSON.stringify(owner)} --role readWrite@app --projectId ${project}`,
  );

export const cloneForeign = (project: string, clone: string, owner: string) =>
  new CloneForeign(
    projectName(project),
    clone,
    owner,
    `Delete or rename that user, or name another second user under users in rotation.yml. If it is meant to stand in for ${owner}, give it the label quarterturn with the value ${JSON.stringify(owner)}.`,
  );
