// cuvae: variational autoencoders, trained and used from C++.
#pragma once

#include "cuvae/config.hpp"
#include "cuvae/dataset.hpp"
#include "cuvae/device.hpp"
#include "cuvae/error.hpp"
#include "cuvae/trainer.hpp"
#include "cuvae/vae.hpp"
#include "cuvae/version.hpp"
