@NullMarked
package io.diffusion4j.springboot.test.application;

import org.jspecify.annotations.NullMarked;
