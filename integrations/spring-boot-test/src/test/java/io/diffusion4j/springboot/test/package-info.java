@NullMarked
package io.diffusion4j.springboot.test;

import org.jspecify.annotations.NullMarked;
