/** How a server encrypts: its certificate, renewed while it runs, and the clients it accepts. */
@NullMarked
package io.diffusion4j.serving.tls;

import org.jspecify.annotations.NullMarked;
