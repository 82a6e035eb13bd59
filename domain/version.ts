/** The version of this product, as the System page and each worker tell it. */
export const VERSION = "1.0.0";
