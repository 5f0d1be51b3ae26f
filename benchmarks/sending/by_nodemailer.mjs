// The same mail by nodemailer with a pool of 16 connections, filled in by nunjucks.
//
//     node by_nodemailer.mjs PORT PEOPLE.json TEMPLATES MODULES

import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [port, people, templates, modules] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const nodemailer = require('nodemailer');
const nunjucks = require('nunjucks');

const sender = { name: 'Élise Le Goff', address: 'elise@atelier.example' };
const organisation = { name: 'Atelier Brocéliande', address: '3 rue du Four, 35000 Rennes' };

const compiled = (name, autoescape) =>
  nunjucks.compile(readFileSync(`${templates}/${name}`, 'utf8'),
    new nunjucks.Environment(null, { autoescape }));
const subject = compiled('subject.txt', false);
const text = compiled('mail.txt', false);
const html = compiled('mail.html', true);

const pool = nodemailer.createTransport({
  host: '127.0.0.1', port: Number(port), secure: false, ignoreTLS: true,
  pool: true, maxConnections: 16, maxMessages: Infinity,
});

const everybody = JSON.parse(readFileSync(people, 'utf8'));
let next = 0;

async function worker() {
  while (next < everybody.length) {
    const person = everybody[next++];
    const seen = { ...person, sender, organisation };
    await pool.sendMail({
      from: sender,
      to: { name: `${person.first_name} ${person.last_name}`, address: person.email },
      subject: subject.render(seen),
      text: text.render(seen),
      html: html.render(seen),
      headers: {
        'List-Unsubscribe': `<${person.unsubscribe_url}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    });
  }
}

// Two for each connection, so that the next message is ready when one is sent.
await Promise.all(Array.from({ length: 32 }, worker));
pool.close();
