/** Keeps things in the browser, by store and key: pages, dots (by the page's content), settings. */

const opened = new Promise((resolve, reject) => {
  const request = indexedDB.open("webtoon_colorize", 1);
  request.onupgradeneeded = () => ["pages", "dots", "settings"].forEach((store) => request.result.createObjectStore(store));
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
opened.catch(() => {}); // every use says so itself

async function act(store, mode, action) {
  const transaction = (await opened).transaction(store, mode);
  const request = action(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** What is kept under a key, or undefined. These four reject where the browser keeps nothing, or has no room left. */
export const get = (store, key) => act(store, "readonly", (each) => each.get(key));
export const all = (store) => act(store, "readonly", (each) => each.getAll());
export const put = (store, key, value) => act(store, "readwrite", (each) => each.put(value, key));
export const remove = (store, key) => act(store, "readwrite", (each) => each.delete(key));
