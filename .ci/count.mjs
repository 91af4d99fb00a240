// Prints which tests were skipped and which failed, by name, how long the slowest files took, and the closing line `N passed, N failed, N skipped`.
// A check (lint, types, …) that did not pass counts as one failure, so that the line never looks better than the run.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const [path, otherFailures] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, 'utf8'));
const tests = report.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'));
const failed = report.numFailedTests + broken.length;
const words = (text = '') => stripVTControlCharacters(text).split('\n').slice(0, 3).join(' | ').slice(0, 400);
const seconds = ({ startTime, endTime }) => Math.round((endTime - startTime) / 1000);
for (const file of report.testResults.toSorted((a, b) => seconds(b) - seconds(a)).slice(0, 15)) {
  console.log(`${seconds(file)} s ${relative(process.cwd(), file.name)}`);
}
for (const file of broken) console.log(`failed: ${relative(process.cwd(), file.name)}: ${words(file.message)}`);
for (const test of tests.filter(({ status }) => status === 'failed')) console.log(`failed: ${test.fullName}: ${words(test.failureMessages[0])}`);
const counted = failed === 0 && otherFailures !== '0' ? 1 : failed;
console.log(`${report.numPassedTests} passed, ${counted} failed, ${skipped.length} skipped`);
process.exitCode = counted > 0 || report.numPassedTests === 0 ? 1 : 0;
