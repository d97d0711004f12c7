@NullMarked
package io.diffusion4j.cli.inspect;

import org.jspecify.annotations.NullMarked;
