@NullMarked
package io.diffusion4j.cli.train;

import org.jspecify.annotations.NullMarked;
