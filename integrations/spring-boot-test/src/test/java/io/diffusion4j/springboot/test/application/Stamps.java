package io.diffusion4j.springboot.test.application;

import org.springframework.stereotype.Component;

/** A component without pictures, found by scanning. */
@Component
class Stamps {}
