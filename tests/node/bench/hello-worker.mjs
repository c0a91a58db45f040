// The ceiling: a worker that reads a body and answers it with a word.
export default {
  async fetch(request) {
    await request.text();
    return new Response("hello\n");
  },
};
