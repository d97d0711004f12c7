/** The models of a server by name. */
@NullMarked
package io.diffusion4j.serving.model;

import org.jspecify.annotations.NullMarked;
