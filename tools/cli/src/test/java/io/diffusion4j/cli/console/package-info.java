@NullMarked
package io.diffusion4j.cli.console;

import org.jspecify.annotations.NullMarked;
