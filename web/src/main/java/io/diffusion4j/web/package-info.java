/** The web page of the service: files of the class path, and what they ask the service through. */
@NullMarked
package io.diffusion4j.web;

import org.jspecify.annotations.NullMarked;
