@NullMarked
package io.diffusion4j.serving.config;

import org.jspecify.annotations.NullMarked;
