/** Asks the program that runs on this computer. */

export class ServerError extends Error {
  /** status: of HTTP; 0 if nothing answered. message: a sentence without its full stop. */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The answer to a request, a POST if there is a body. Throws ServerError. */
export async function ask(path, body) {
  let response;
  try {
    response = await fetch(path, body === undefined ? {} : { method: "POST", body });
  } catch {
    throw new ServerError(0, "the program does not answer");
  }
  if (response.ok) return response;
  const { error } = await response.json().catch(() => ({ error: "the program failed; its terminal says more" }));
  throw new ServerError(response.status, error);
}

export async function askJson(path, body) {
  return (await ask(path, body)).json();
}

/** Gives a page to the program. */
export const send = (record) => askJson("pages", record.file);

/** Asks for something about a page, and gives the page to the program first if it does not have it. */
export async function askAbout(record, path, body) {
  try {
    return await ask(path, body);
  } catch (error) {
    if (error.status !== 404) throw error;
    await send(record);
    return ask(path, body);
  }
}
