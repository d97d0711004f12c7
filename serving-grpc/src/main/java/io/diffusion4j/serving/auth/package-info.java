/** Who may use a server, and how much. */
@NullMarked
package io.diffusion4j.serving.auth;

import org.jspecify.annotations.NullMarked;
