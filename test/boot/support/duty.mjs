/** A receiver of Alertmanager's webhooks: one line of JSON per message, appended to a file. */
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [file, address, port] = process.argv.slice(2);

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const message = JSON.parse(Buffer.concat(parts).toString());
    appendFileSync(file, `${JSON.stringify({ from: request.socket.remoteAddress, ...message })}\n`);
    response.end();
  });
}).listen(Number(port), address);
