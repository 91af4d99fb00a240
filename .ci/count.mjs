// Prints which tests were skipped, by name, and the closing line `N passed, N failed, N skipped`.
// A check (lint, types, …) that did not pass counts as one failure, so that the line never looks better than the run.
import { readFileSync } from 'node:fs';

const [path, otherFailures] = process.argv.slice(2);
const report = JSON.parse(readFileSync(path, 'utf8'));
const tests = report.testResults.flatMap((file) => file.assertionResults);
const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length;
const failed = report.numFailedTests + broken;
const counted = failed === 0 && otherFailures !== '0' ? 1 : failed;
console.log(`${report.numPassedTests} passed, ${counted} failed, ${skipped.length} skipped`);
process.exitCode = counted > 0 || report.numPassedTests === 0 ? 1 : 0;
