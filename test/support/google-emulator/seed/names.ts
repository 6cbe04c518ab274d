/** Names from many places; those with letters outside ASCII get plain ones in addresses. */
const words = (text: string): string[] => text.trim().split(/\s+/);

export const GIVEN_NAMES = words(`
  Ada Aisha Alba Amara Amélie Anders Aoife Arjun Astrid Beatriz Bela Carlos Chiara Chloé Daan Dalia Daniel Dimitri Ebba
  Elif Émile Emma Esra Farah Finn Freya Gabriel Greta Hana Hassan Hugo Ida Imani Ingrid Iris Ivan Jamal Jana Jun Kai
  Karim Katarzyna Kofi Lars Leila Liam Lina Lucía Łukasz Maja Malik Marek Mateo Mei Mina Nadia Niamh Nils Noor Oksana
  Oluwaseun Omar Paulo Petra Priya Quentin Rania Ravi Rosa Saoirse Selma Siobhán Sofia Søren Tariq Théo Tomás Uma Valentina
  Viktor Wanda Xin Yara Yusuf Zoë Zofia`);

export const FAMILY_NAMES = words(`
  Abbott Adeyemi Ahmed Almeida Andersson Bakker Bauer Becker Bernard Bianchi Björk Bondarenko Borges Brennan Castillo Chen
  Costa Cruz Dąbrowski Delgado Demir Diaz Dubois Eriksen Esposito Fernández Fischer Flores Fontaine Friis Garcia Ghosh
  Gomes González Greene Haddad Hakimi Halvorsen Hansen Hernández Hoffmann Horvat Hughes Ibrahim Ivanov Jansen Johansson
  Kaplan Kaya Keller Khan Kim Kowalski Kumar Laurent Lefèvre Lindqvist Lopes Mahmoud Marino Mbeki Mendes Meyer Moreau
  Müller Murphy Nakamura Nguyen Novák Nowak Nyström Okafor Oliveira Ortiz Öztürk Park Patel Pereira Petrov Popescu Quinn
  Rahman Ramírez Rossi Ruiz Sato Schmidt Schneider Sharma Silva Singh Sørensen Souza Stewart Suzuki Takahashi Tamm Tanaka
  Torres Ueda Vargas Virtanen Vogel Walker Wang Weber Wójcik Yamamoto Yılmaz Zhang Zimmermann`);

export const DEPARTMENTS = words(
  'Engineering Sales Support Finance Legal Marketing Operations People Research Security',
);
export const TITLES = [
  'Analyst',
  'Associate',
  'Consultant',
  'Coordinator',
  'Director',
  'Engineer',
  'Lead',
  'Specialist',
];

export const OFFICES = [
  {
    code: 'LON',
    locality: 'London',
    country: 'United Kingdom',
    countryCode: 'GB',
    street: '1 High Street',
    dial: '+44 20',
  },
  { code: 'BER', locality: 'Berlin', country: 'Germany', countryCode: 'DE', street: 'Lindenallee 12', dial: '+49 30' },
  {
    code: 'NYC',
    locality: 'New York',
    country: 'United States',
    countryCode: 'US',
    street: '200 Elm Street',
    dial: '+1 212',
  },
  { code: 'SIN', locality: 'Singapore', country: 'Singapore', countryCode: 'SG', street: '8 Palm Road', dial: '+65 6' },
  {
    code: 'SAO',
    locality: 'São Paulo',
    country: 'Brazil',
    countryCode: 'BR',
    street: 'Rua das Flores 40',
    dial: '+55 11',
  },
  { code: 'NBO', locality: 'Nairobi', country: 'Kenya', countryCode: 'KE', street: 'Acacia Avenue 3', dial: '+254 20' },
] as const;

const LETTERS: Readonly<Record<string, string>> = { ł: 'l', ø: 'o', ı: 'i', ß: 'ss', æ: 'ae' };

/** A name as the local part of an address has it. */
export function plain(name: string): string {
  const letters = name.toLowerCase().replaceAll(/[łøıßæ]/g, (letter) => LETTERS[letter] ?? '');
  return letters.normalize('NFD').replaceAll(/[^a-z0-9]/g, '');
}
