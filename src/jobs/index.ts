export { type JobDependencies, type Jobs, startJobs } from './start-jobs.js';
