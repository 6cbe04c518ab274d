export { type Admission, admitSignUp, confirmSignUp, rejectSignUp } from './decide-sign-up.js';
export { signUpEntities } from './entities.js';
export {
  type ConfirmedSignUp,
  findBySignUpToken,
  type NewSignUp,
  requestSignUp,
  type SigningUp,
} from './request-sign-up.js';
export { findSignUp, forgetOldSignUps, forgetSignUps, listSignUps, type SignUp, type SignUpState } from './sign-up.js';
export {
  allowSignUp,
  disallowSignUp,
  type FoundRule,
  findRule,
  notAllowed,
  requireDomain,
  type SignUpRule,
} from './sign-up-rule.js';
