import { type Envelope, invalidParameter, type ListQuery, readQuery } from './list-query.js';

/** The query in the parameters of a URL. @throws ScimError 400 invalidValue that names the parameter */
export function parseUrlQuery(parameters: URLSearchParams): ListQuery {
  const text: Envelope['text'] = (name) => {
    const values = parameters.getAll(name);
    if (values.length > 1) throw invalidParameter(name, 'is given more than once');
    return values[0];
  };
  return readQuery(
    {
      text,
      wholeNumber(name) {
        const number = text(name);
        if (number === undefined || /^[+-]?\d{1,18}$/.test(number))
          return number === undefined ? number : Number(number);
        throw invalidParameter(name, 'must be a whole number');
      },
      names: (name) => parameters.getAll(name),
    },
    true,
  );
}
