export const USER_NAME_TAKEN = 'userName: another user of this site has this name; choose another or change that user.';
