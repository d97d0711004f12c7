@NullMarked
package io.diffusion4j.cli.generate;

import org.jspecify.annotations.NullMarked;
