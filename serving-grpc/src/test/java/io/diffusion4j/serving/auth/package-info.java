/** Who may use a server, held to its rules. */
@NullMarked
package io.diffusion4j.serving.auth;

import org.jspecify.annotations.NullMarked;
