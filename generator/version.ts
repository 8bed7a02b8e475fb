/** The version of the product; `npm run build` puts package.json's in. */
export const version: string = process.env.PIGSTY_VERSION ?? 'development';
