@NullMarked
package io.diffusion4j.web;

import org.jspecify.annotations.NullMarked;
