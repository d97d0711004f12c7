/** Certificates and keys in PEM files, and how a client encrypts with them. */
@NullMarked
package io.diffusion4j.client.tls;

import org.jspecify.annotations.NullMarked;
