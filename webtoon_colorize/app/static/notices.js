/** Sentences that the user is to read. */

/** Shows a sentence for some seconds, or until it is read. */
export function say(sentence) {
  const notice = document.createElement("p");
  const button = document.createElement("button");
  notice.textContent = sentence; // names of files are text
  button.textContent = "OK";
  button.addEventListener("click", () => notice.remove());
  notice.append(button);
  document.getElementById("notices").append(notice);
  setTimeout(() => notice.remove(), 15_000);
}
